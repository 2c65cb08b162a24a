;; kwargs_dispatch: keyword arguments by destructuring, with defaults, given in turn as arguments and as a map.
(ns bench.kwargs-dispatch)

(defn volume [& {:keys [width height depth] :or {depth 1 height 2}}] (* width height depth))
(defn scaled [base & {:keys [factor offset] :or {factor 1 offset 0} :as options}] (+ offset (* base factor) (count options)))
(defn configured [{:keys [mode level] :or {mode :slow}}] (if (= mode :fast) (* 2 level) level))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 600000)]
    (println "checksum" (loop [i 0 sum 0]
                          (if (< i n)
                            (recur (inc i)
                                   (bit-and (+ sum (volume :width i :depth 3) (scaled i :factor 2 :offset 5) (scaled i {:factor 3})
                                               (configured {:mode (if (even? i) :fast :slow) :level i}))
                                            1073741823))
                            sum)))))
