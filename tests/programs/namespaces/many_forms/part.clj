(in-ns 'main)
(defn part-fn [x] [:part x (get)])
