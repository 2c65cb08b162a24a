;; Tests that test.cases runs.
(t/deftest passes (t/is (= 1 1)) (t/is (pos? 1) "positive"))
(t/deftest fails (t/testing "outer" (t/testing "inner" (t/is (= 1 2) "not equal"))))
(defn ^{:test (fn [] (t/is (= 4 (* 2 2))))} doubled [x] (* 2 x))
(defmacro quietly [& body] `(let [w# (java.io.StringWriter.)] (binding [t/*test-out* w#] [(do ~@body) (str w#)])))
(defmacro reported [& body] `(let [seen# (atom [])] (with-redefs [t/report (fn [m#] (swap! seen# conj (dissoc m# :file :line :actual)))] ~@body) @seen#))
