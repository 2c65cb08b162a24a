(ns libraries.medley
  (:require [medley.core :as m]))

(prn (m/find-first even? [1 3 4 6]) (m/dissoc-in {:a {:b {:c 1 :d 2}}} [:a :b :c]) (m/dissoc-in {:a {:b 1}} [:a :b]))
(prn (m/assoc-some {:a 1} :b nil :c 3) (m/map-vals inc {:a 1 :b 2}) (into (sorted-map) (m/map-keys name {:a 1 :b 2})))
(prn (m/filter-vals even? {:a 1 :b 2}) (m/remove-keys #{:a} {:a 1 :b 2}) (m/map-kv (fn [k v] [v k]) {:a 1}))
(prn (m/filter-kv (fn [k v] (= k v)) {1 1 2 3}) (m/remove-kv = {1 1 2 3}) (m/map-entry :k 1) (m/filter-keys string? {"a" 1 :b 2}))
(prn (m/interleave-all [1 2 3] [:a] "xy") (m/distinct-by :k [{:k 1} {:k 1 :x 2} {:k 2}]) (m/dedupe-by abs [1 -1 2 -2 3]))
(prn (m/take-upto zero? [1 2 0 3]) (m/drop-upto zero? [1 2 0 3]) (m/indexed [:a :b]))
(prn (into [] (comp (m/distinct-by :k) (m/take-upto #(= 2 (:k %)))) [{:k 1} {:k 1} {:k 2} {:k 3}]))
(prn (m/queue? (m/queue [1 2])) (seq (m/queue [1 2])) (m/boolean? false) (m/least [3 1 2]) (m/greatest 3 1 2))
(prn (m/deref-swap! (atom 1) inc) (m/abs -3))
(prn (m/uuid "00000000-0000-0001-0000-000000000002") (m/uuid? (m/random-uuid)) (m/mapply vector {:a 1}))
(prn (m/ex-message (ex-info "boom" {})) (m/ex-message (m/ex-cause (ex-info "x" {} (ex-info "y" {})))))
