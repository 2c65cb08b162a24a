(ns libraries.ordered
  (:require [flatland.ordered.map :refer [ordered-map]]
            [flatland.ordered.set :refer [ordered-set]]))

(def m (ordered-map :z 1 :a 2 :m 3))
(prn m (keys m) (vals m) (seq m) (count m) (:a m) (m :z) (get m :none :missing))
(prn (assoc m :b 4 :z 10) (dissoc m :a) (conj m [:c 5]) (into m {:d 6}) (merge m {:z 0 :y 9}))
(prn (= m {:a 2 :m 3 :z 1}) (= {:a 2 :m 3 :z 1} m) (= (hash m) (hash {:a 2 :m 3 :z 1})) (= m (ordered-map :m 3 :a 2 :z 1)))
(prn (reduce-kv (fn [acc k v] (conj acc [k v])) [] m) (map key m) (rseq m) (first m) (find m :a) (contains? m :a))
(prn (persistent! (reduce (fn [t i] (assoc! t (keyword (str "k" i)) i)) (transient (ordered-map)) (range 20))))
(prn (persistent! (-> (transient m) (dissoc! :a) (assoc! :q 1))) (empty m) (meta (with-meta m {:x 1})) (ordered-map [[:b 1] [:a 2]]))
(def big (into (ordered-map) (map (fn [i] [(mod (* i 37) 101) i]) (range 101))))
(prn (count big) (take 10 (keys big)) (take 5 (keys (reduce dissoc big (range 50)))) (map? big) (coll? m) (associative? m) (reversible? m) (ifn? m))
(def s (ordered-set 4 3 1 8 2))
(prn s (conj s 9 10) (disj s 3) (contains? s 8) (s 4) (s 5) (get s 1) (count s) (seq s) (rseq s)  (vec s))
(prn (= s #{1 2 3 4 8}) (= #{1 2 3 4 8} s) (= (hash s) (hash #{1 2 3 4 8})) (into (ordered-set) [3 1 3 2 1]) (empty s) (set? s))
(prn (persistent! (disj! (conj! (transient s) 100) 4)) (apply ordered-set "hello") (map inc s) (reduce + s) (filter even? s))
(prn (pr-str (ordered-map)) (str m) (pr-str (ordered-set)) (into {} m) (zipmap s (range)))
