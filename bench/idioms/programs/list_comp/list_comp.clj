;; list_comp: for with two generators, a filter and a local, into vectors.
(ns bench.list-comp)

(defn work [n]
  (loop [round 0 sum 0]
    (if (< round n)
      (let [pairs (vec (for [x (range 40) y (range x) :let [z (* x y)] :when (odd? (+ x y))] (+ z round)))]
        (recur (inc round) (+ sum (count pairs) (peek pairs))))
      sum)))

(defn -main [& args]
  (println "checksum" (work (if (seq args) (parse-long (first args)) 8000))))
