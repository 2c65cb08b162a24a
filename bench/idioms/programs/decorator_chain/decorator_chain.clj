;; decorator_chain: a function wrapped by functions that take & args and pass them on with apply.
(ns bench.decorator-chain)

(defn logged [counter f] (fn [& args] (vswap! counter inc) (apply f args)))
(defn doubled [f] (fn [& args] (* 2 (apply f args))))
(defn clamped [limit f] (fn [& args] (min limit (apply f args))))
(defn checked [f] (fn [a b & more] (if (neg? a) 0 (apply f a b more))))

(defn base ([a b] (+ a b)) ([a b c] (+ a b c)))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 1000000)
        counter (volatile! 0)
        f (->> base checked doubled (clamped 1000000) (logged counter))]
    (println "checksum" (+ @counter (loop [i 0 sum 0]
                                      (if (< i n) (recur (inc i) (bit-and (+ sum (f i 3) (f (- i 5) 1 2)) 1073741823)) sum))))))
