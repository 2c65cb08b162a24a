;; dict_ops: maps with keyword, string and integer keys: insert, look up, count, update, remove.
(ns bench.dict-ops)

(defn work [n]
  (let [by-number (reduce (fn [m i] (assoc m (* 7 i) i)) {} (range n))
        by-text (reduce (fn [m i] (update m (str "key" (mod i 1000)) (fnil + 0) i)) {} (range n))
        hits (loop [i 0 sum 0] (if (< i n) (recur (inc i) (+ sum (get by-number i 1))) sum))
        kept (reduce (fn [m i] (dissoc m (* 14 i))) by-number (range (quot n 2)))
        fields (loop [i 0 m {:a 0 :b 0 :c 0}]
                 (if (< i n) (recur (inc i) (-> m (update :a + i) (assoc :b (:a m)) (update :c bit-xor (:b m)))) m))]
    (+ hits (count kept) (reduce + (vals by-text)) (:c fields))))

(defn -main [& args]
  (println "checksum" (work (if (seq args) (parse-long (first args)) 500000))))
