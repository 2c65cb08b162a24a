;; coroutine_chain: lazy seqs in a chain, each transforming what the one before yields.
(ns bench.coroutine-chain)

(defn source [n] (letfn [(step [i] (lazy-seq (when (< i n) (cons i (step (inc i))))))] (step 0)))

(defn stage [k s]
  (lazy-seq (when-let [s (seq s)] (cons (bit-and (+ k (first s)) 65535) (stage k (rest s))))))

(defn chain [depth n] (reduce (fn [s k] (stage k s)) (source n) (range depth)))

(defn -main [& args]
  (let [n (if (seq args) (parse-long (first args)) 100000)]
    (println "checksum" (reduce + (chain 20 n)))))
