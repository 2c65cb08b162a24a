;; lookup: what one lookup costs in maps of 10^3 and of 10^6 keys, in nanoseconds, keys in random order.
;; With a number as argument, the largest ratio that is allowed: a larger one ends with status 1.
(defn next-random [x]
  (rem (+ (* x 1103515245) 12345) 2147483648))

(defn build [n]
  (loop [i 0 m {}]
    (if (< i n) (recur (inc i) (assoc m (* i 7) i)) m)))

(defn look [m n times]
  (loop [i 0 x 1 sum 0]
    (if (< i times)
      (let [x (next-random x)]
        (recur (inc i) x (+ sum (get m (* 7 (rem (quot x 8) n)) 0))))
      sum)))

(defn nanoseconds-per-lookup [n]
  (let [m (build n)
        times 1000000
        start (System/nanoTime)
        sum (look m n times)
        end (System/nanoTime)]
    (when (neg? sum) (println "impossible"))
    (quot (* 100 (- end start)) times)))

(defn hundredths [x]
  (str (quot x 100) "." (quot (rem x 100) 10) (rem x 10)))

(defn -main [& [limit]]
  (let [small (nanoseconds-per-lookup 1000)
        large (nanoseconds-per-lookup 1000000)]
    (println "one lookup:" (hundredths small) "ns in 1000 keys," (hundredths large) "ns in 1000000 keys, ratio"
             (hundredths (quot (* 100 large) small)))
    (if (and limit (> large (* small (parse-long limit)))) 1 0)))
