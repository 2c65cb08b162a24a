;; deep_class: a hierarchy eight deep; a multimethod and a protocol whose answers stand at its root, its middle and its leaf.
(ns bench.deep-class)

(def levels (mapv #(keyword "bench.deep-class" (str "level" %)) (range 8)))
(doseq [[child parent] (map vector (rest levels) levels)] (derive child parent))

(defmulti area :kind)
(defmethod area ::level0 [shape] (* (:w shape) (:h shape)))
(defmulti label :kind)
(defmethod label ::level4 [shape] (+ 4 (:w shape)))
(defmulti weight :kind)
(defmethod weight ::level7 [shape] (- (:h shape)))

(defprotocol Base (root [this]) (leaf [this]))
(extend-protocol Base Object (root [_] 1) (leaf [_] 2))
(defrecord Shape [kind w h] Base (root [_] w) (leaf [this] (+ h (root this))))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 700000)]
    (println "checksum" (loop [i 0 sum 0]
                          (if (< i n)
                            (let [shape (->Shape (peek levels) i (bit-and i 15))]
                              (recur (inc i) (bit-and (+ sum (area shape) (label shape) (weight shape) (leaf shape)) 1073741823)))
                            sum)))))
