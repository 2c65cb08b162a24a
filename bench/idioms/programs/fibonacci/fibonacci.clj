;; fibonacci: the doubly recursive function.
(ns bench.fibonacci)

(defn fibonacci [n]
  (if (< n 2) n (+ (fibonacci (- n 1)) (fibonacci (- n 2)))))

(defn -main [& args]
  (println "checksum" (fibonacci (if (seq args) (parse-long (first args)) 35))))
