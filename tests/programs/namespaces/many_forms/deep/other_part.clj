(defn other-part [x] [:other-part x (get)])
