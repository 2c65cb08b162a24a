;; nn_module_forward: layers are records behind a protocol; a vector of doubles is passed through a network of three.
(ns bench.nn-module-forward)

(defprotocol Module (forward [this input]))

(defn dot [a b] (loop [i 0 sum 0.0] (if (< i (count a)) (recur (inc i) (+ sum (* (nth a i) (nth b i)))) sum)))

(defrecord Linear [weights bias]
  Module (forward [_ input] (mapv (fn [row b] (+ b (dot row input))) weights bias)))
(defrecord Relu [] Module (forward [_ input] (mapv #(max 0.0 %) input)))
(defrecord Network [layers] Module (forward [_ input] (reduce (fn [x layer] (forward layer x)) input layers)))

(defn linear [in out seed]
  (->Linear (mapv (fn [o] (mapv (fn [i] (/ (double (- (mod (* seed (+ 1 i (* 3 o))) 17) 8)) 8.0)) (range in))) (range out))
            (mapv (fn [o] (/ (double (mod (* o seed) 5)) 4.0)) (range out))))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 4000)
        network (->Network [(linear 16 32 7) (->Relu) (linear 32 16 11) (->Relu) (linear 16 4 5)])]
    (println "checksum" (loop [i 0 sum 0.0]
                          (if (< i n)
                            (let [input (mapv (fn [k] (/ (double (mod (* (inc k) (inc i)) 13)) 13.0)) (range 16))]
                              (recur (inc i) (+ sum (reduce + (forward network input)))))
                            (long (* 1000 sum)))))))
