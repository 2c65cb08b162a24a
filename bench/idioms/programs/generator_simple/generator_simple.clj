;; generator_simple: a lazy seq that is made and consumed element by element, and one that filters another.
(ns bench.generator-simple)

(defn counting [from to]
  (lazy-seq (when (< from to) (cons from (counting (inc from) to)))))

(defn evens [s]
  (lazy-seq (when-let [s (seq s)]
              (if (even? (first s)) (cons (first s) (evens (rest s))) (evens (rest s))))))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 3000000)]
    (println "checksum" (+ (reduce + (counting 0 n)) (loop [s (seq (evens (counting 0 n))) sum 0]
                                                       (if s (recur (next s) (+ sum (first s))) sum))))))
