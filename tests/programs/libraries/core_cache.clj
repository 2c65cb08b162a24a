(ns libraries.core-cache
  (:require [clojure.core.cache :as cache]
            [clojure.core.cache.wrapped :as wrapped]))

(def lru (cache/lru-cache-factory {:a 1 :b 2} :threshold 2))
(prn (-> lru (cache/hit :a) (cache/miss :c 3) keys sort) (cache/has? lru :a) (cache/lookup lru :a) (cache/lookup lru :z :none))
(prn (sort (keys (reduce (fn [c i] (cache/miss c i (* i i))) (cache/fifo-cache-factory {} :threshold 3) (range 6)))))
(def lu (cache/lu-cache-factory {:a 1 :b 2 :c 3} :threshold 3))
(prn (sort (keys (-> lu (cache/hit :a) (cache/hit :a) (cache/hit :c) (cache/miss :d 4)))))
(prn (into {} (cache/basic-cache-factory {:x 1})) (cache/evict (cache/basic-cache-factory {:x 1 :y 2}) :x))
(let [ttl (cache/ttl-cache-factory {:a 1} :ttl 30)]
  (prn (cache/has? ttl :a))
  (Thread/sleep 60)
  (prn (cache/has? ttl :a) (cache/lookup ttl :a :gone)))
(defn fetch [c k f] (if (cache/has? c k) (cache/hit c k) (cache/miss c k (f k))))
(prn (cache/lookup (fetch (cache/lirs-cache-factory {} :s-history-limit 2 :q-history-limit 1) :k str) :k))
(def shared (wrapped/lru-cache-factory {} :threshold 2))
(prn (wrapped/lookup-or-miss shared :x (fn [k] [k 1])) (wrapped/lookup-or-miss shared :x (fn [k] [k 2])) (wrapped/has? shared :y))
(prn (cache/through-cache (cache/basic-cache-factory {}) 5 inc) (cache/seed (cache/basic-cache-factory {}) {:q 1}))
(prn (get lru :b) (:a lru) (count lru) (seq (cache/fifo-cache-factory {:k 1})))
