;; float_arith: points of doubles are made, normalised and compared.
(ns bench.float-arith)

(defrecord Point [x y z])

(defn point [i]
  (let [x (Math/sin (double i))]
    (->Point x (* 3.0 (Math/cos (double i))) (/ (* x x) 2.0))))

(defn normalize [{:keys [x y z]}]
  (let [norm (Math/sqrt (+ (* x x) (* y y) (* z z)))]
    (->Point (/ x norm) (/ y norm) (/ z norm))))

(defn maximize [a b]
  (->Point (max (:x a) (:x b)) (max (:y a) (:y b)) (max (:z a) (:z b))))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 1000000)
        {:keys [x y z]} (reduce maximize (map normalize (map point (range n))))]
    (println "checksum" (long (* 1e12 (+ x y z))))))
