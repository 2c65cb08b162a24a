;; exception_handling: one call of four throws; catch by class, data of the exception, finally.
(ns bench.exception-handling)

(defn risky [i]
  (case (int (mod i 4))
    0 (throw (ex-info "odd one" {:i i}))
    1 (+ i 1)
    2 (quot i 2)
    3 (if (zero? (mod i 31)) (throw (IllegalStateException. "state")) 3)))

(defn guarded [i state]
  (try (risky i)
       (catch clojure.lang.ExceptionInfo e (:i (ex-data e)))
       (catch IllegalStateException _ -1)
       (finally (vswap! state inc))))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 1500000)
        state (volatile! 0)]
    (println "checksum" (+ (loop [i 0 sum 0] (if (< i n) (recur (inc i) (+ sum (guarded i state))) sum)) @state))))
