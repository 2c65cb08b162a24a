(ns libraries.priority-map
  (:refer-clojure :exclude [subseq rsubseq])
  (:require [clojure.data.priority-map :refer [priority-map priority-map-by priority-map-keyfn subseq rsubseq]]))

(def p (priority-map :a 2 :b 1 :c 3 :d 5 :e 4 :f 3))
(prn p (peek p) (pop p) (seq p) (rseq p) (keys p) (vals p) (count p))
(prn (assoc p :a 10) (dissoc p :a) (into p {:z 0}) (conj p [:y 2.5]) (empty p) (p :c) (:zz p 0) (get p :q) (find p :b))
(prn (= p {:a 2 :b 1 :c 3 :d 5 :e 4 :f 3}) (= {:a 2 :b 1 :c 3 :d 5 :e 4 :f 3} p) (= (hash p) (hash {:a 2 :b 1 :c 3 :d 5 :e 4 :f 3})))
(prn (subseq p < 3) (subseq p >= 2 < 5) (rsubseq p <= 3) (rsubseq p > 3))
(prn (priority-map-by > :a 1 :b 2 :c 3) (priority-map-keyfn first :a [2 :x] :b [1 :y]))
(prn (reduce-kv (fn [n k v] (+ n v)) 0 p) (into {} p) (map? p) (sorted? p) (contains? p :b) (meta (with-meta p {:m 1})))
(prn (update p :b + 10) (select-keys p [:a :b]) (merge p {:a 0}) (str p) (.containsKey ^java.util.Map p :a) (.get ^java.util.Map p :d))
(prn (try (pop (priority-map)) (catch IllegalStateException e (.getMessage e))) (peek (priority-map)))
(defn shortest [graph from]
  (loop [distances {} open (priority-map from 0)]
    (if-let [[node d] (peek open)]
      (recur (assoc distances node d)
             (merge-with min (pop open)
                         (into {} (for [[to w] (graph node) :when (not (distances to))] [to (+ d w)]))))
      (into (sorted-map) distances))))
(prn (shortest {:s {:a 7 :b 2} :a {:t 1} :b {:a 3 :t 8} :t {}} :s))
