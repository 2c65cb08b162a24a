(ns libraries.honeysql
  (:require [honey.sql :as sql]))

(defn show [& args] (prn (apply sql/format args)))
(show {:select [:a [:b :bee] [[:count :*] :n]] :from [[:foo :f]] :where [:and [:= :f.a "x"] [:> :b 5] [:in :c [1 2 3]] [:is :d nil]]
       :group-by [:a :b] :having [:> [:count :*] 1] :order-by [[:a :desc] :b] :limit 10 :offset 5})
(show {:insert-into :t :columns [:a :b] :values [[1 "x"] [2 nil]] :on-conflict [:a] :do-nothing true :returning :*})
(show {:insert-into [:t] :values [{:a 1 :b 2} {:a 3 :b [:inline 4]}]})
(show {:update :t :set {:a [:+ :a 1] :b "y"} :where [:not= :id 7]})
(show {:delete-from :t :where [:between :x 1 2]})
(show {:with [[:c {:select [:*] :from [:d]}]] :select-distinct [:c.x] :from [:c] :left-join [:e [:= :e.id :c.id]]})
(show {:union [{:select [1]} {:select [2]}]})
(show {:select [[[:case [:< :a 1] "lo" :else "hi"] :level]] :from :t} {:inline true})
(show {:select [:table/column] :from [:table]} {:quoted true :dialect :mysql})
(show {:create-table :t :with-columns [[:id :int [:not nil]] [:name [:varchar 32]]]})
(show {:select [:*] :from [:t] :where [:= :id :?id]} {:params {:id 42}})
(prn (sql/format-expr [:cast :a :int]) (try (sql/format {:selekt 1}) (catch Exception e (ex-message e))))
