;; dunder_protocol: a type that answers the language's own questions: count, nth, lookup, call, equality, hash, print, conj.
(ns bench.dunder-protocol)

(deftype Interval [low high]
  clojure.lang.Counted
  (count [_] (- high low))
  clojure.lang.Indexed
  (nth [_ i] (+ low i))
  (nth [_ i missing] (if (< -1 i (- high low)) (+ low i) missing))
  clojure.lang.ILookup
  (valAt [this k] (.valAt this k nil))
  (valAt [_ k missing] (case k :low low :high high missing))
  clojure.lang.IFn
  (invoke [_ x] (if (and (<= low x) (< x high)) 1 0))
  clojure.lang.Seqable
  (seq [_] (seq (range low high)))
  Object
  (equals [_ other] (and (instance? Interval other) (= low (:low other)) (= high (:high other))))
  (hashCode [_] (+ (* 31 low) high))
  (toString [_] (str "[" low "," high ")")))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 600000)]
    (println "checksum" (loop [i 0 sum 0]
                          (if (< i n)
                            (let [a (Interval. (bit-and i 7) (+ 8 (bit-and i 31)))
                                  b (Interval. (bit-and i 7) (+ 8 (bit-and i 15)))]
                              (recur (inc i)
                                     (bit-and (+ sum (count a) (nth a 1) (:high b) (a 5) (if (= a b) 1 0) (count (str b)) (first (seq a)))
                                              1073741823)))
                            sum)))))
