;; function_calls: known functions of one to four parameters, an optional one among them, and a function held in a local.
(ns bench.function-calls)

(defn one [a] (+ a 1))
(defn two [a b] (- (+ a b) 1))
(defn three [a b c] (+ a (* b 2) (- c)))
(defn four ([a b c] (four a b c 7)) ([a b c d] (bit-xor (+ a b) (+ c d))))

(defn work [rounds]
  (let [held (fn [a b] (bit-and (+ a b) 65535))]
    (loop [i 0 sum 0]
      (if (< i rounds)
        (recur (inc i) (held sum (four (one i) (two i 3) (three i 1 sum))))
        sum))))

(defn -main [& args]
  (println "checksum" (work (if (seq args) (parse-long (first args)) 10000000))))
