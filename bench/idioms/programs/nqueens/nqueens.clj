;; nqueens: with closures nested in loops.
(ns bench.nqueens)

(defn solutions [n]
  (let [free? (fn [queens column]
                (loop [row 1 qs queens]
                  (or (empty? qs)
                      (let [q (first qs)]
                        (and (not= q column) (not= q (+ column row)) (not= q (- column row)) (recur (inc row) (rest qs)))))))
        place (fn place [row queens]
                (if (= row n)
                  1
                  (let [try-column (fn [column] (if (free? queens column) (place (inc row) (cons column queens)) 0))]
                    (loop [column 0 found 0]
                      (if (< column n) (recur (inc column) (+ found (try-column column))) found)))))]
    (place 0 ())))

(defn -main [& args]
  (println "checksum" (solutions (if (seq args) (parse-long (first args)) 9))))
