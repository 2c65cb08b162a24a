;; nested_calls: small functions that call small functions, six deep.
(ns bench.nested-calls)

(defn level-6 [x] (bit-and (+ x 1) 1048575))
(defn level-5 [x] (level-6 (+ x 5)))
(defn level-4 [x] (level-5 (bit-xor x 4)))
(defn level-3 [x] (level-4 (+ x 3)))
(defn level-2 [x] (level-3 (bit-xor x 2)))
(defn level-1 [x] (level-2 (+ x 1)))

(defn work [rounds]
  (loop [i 0 x 0]
    (if (< i rounds) (recur (inc i) (level-1 (+ x i))) x)))

(defn -main [& args]
  (println "checksum" (work (if (seq args) (parse-long (first args)) 20000000))))
