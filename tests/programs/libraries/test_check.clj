(ns libraries.test-check
  (:require [clojure.test.check :as tc]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [clojure.test.check.random :as random]
            [clojure.test.check.rose-tree :as rose]))

(prn (gen/generate gen/small-integer 30 42) (gen/generate (gen/vector gen/small-integer) 20 7) (gen/generate gen/string-alphanumeric 15 3))
(prn (gen/generate gen/keyword 20 1) (gen/generate gen/boolean 10 5) (gen/generate (gen/map gen/keyword gen/small-integer) 8 11))
(prn (gen/generate (gen/tuple gen/nat (gen/elements [:a :b :c]) (gen/choose 10 20)) 30 99) (gen/generate gen/ratio 20 4) (gen/generate gen/uuid 10 10))
(prn (gen/generate (gen/let [n (gen/choose 1 5) xs (gen/vector (gen/return n) n)] {:n n :xs xs}) 10 2))
(prn (gen/generate (gen/recursive-gen gen/vector gen/boolean) 12 8) (gen/generate gen/double 20 6) (gen/generate gen/large-integer 100 13))
(prn (gen/generate (gen/such-that even? gen/nat 100) 30 3) (gen/generate (gen/frequency [[9 (gen/return :often)] [1 (gen/return :rare)]]) 10 4))
(prn (gen/generate (gen/shuffle (range 10)) 10 21) (gen/generate (gen/set gen/nat {:min-elements 3 :max-elements 6}) 20 5) (gen/generate gen/any-printable 10 17))
(defn summary [result] (-> (select-keys result [:pass? :num-tests :seed :fail :failed-after-ms]) (dissoc :failed-after-ms) (assoc :smallest (get-in result [:shrunk :smallest]) :depth (get-in result [:shrunk :depth]))))
(prn (summary (tc/quick-check 100 (prop/for-all [xs (gen/vector gen/small-integer)] (= (sort xs) (sort (reverse xs)))) :seed 1)))
(prn (summary (tc/quick-check 100 (prop/for-all [xs (gen/vector gen/small-integer)] (not (some #{7} xs))) :seed 2)))
(prn (summary (tc/quick-check 200 (prop/for-all [a gen/nat b gen/nat] (< (+ a b) 60)) :seed 3 :max-size 100)))
(prn (summary (tc/quick-check 100 (prop/for-all [s gen/string-ascii] (= s (apply str (reverse (reverse s))))) :seed 4)))
(prn (summary (tc/quick-check 50 (prop/for-all [m (gen/map gen/keyword gen/string-alphanumeric)] (< (count m) 3)) :seed 5)))
(let [r (random/make-random 42) [a b] (random/split r)]
  (prn (random/rand-long r) (random/rand-long a) (random/rand-double b) (map random/rand-long (random/split-n r 3))))
(prn (rose/root (rose/fmap inc (rose/make-rose 1 [(rose/make-rose 0 [])]))) (map rose/root (rose/children (rose/make-rose 1 [(rose/make-rose 0 [])]))))
(prn (let [r (tc/quick-check 10 (prop/for-all [x gen/nat] (throw (ex-info "no" {:x x}))) :seed 6)] [(:pass? r) (.getMessage ^Throwable (:result r)) (get-in r [:shrunk :smallest])]))
