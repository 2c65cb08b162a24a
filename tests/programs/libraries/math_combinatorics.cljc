(ns libraries.math-combinatorics
  (:require [clojure.math.combinatorics :as c]))

(prn (c/combinations [1 2 3 4] 2) (c/combinations [1 1 2 2] 2) (c/subsets [1 2 3]) (c/subsets [1 1 2]))
(prn (c/cartesian-product [1 2] [:a :b] "x") (c/selections [0 1] 3))
(prn (c/permutations [1 2 3]) (c/permutations [1 1 2]) (c/permutations "cab"))
(prn (c/count-combinations (range 40) 10) (c/count-permutations (range 25)) (c/count-subsets (range 70)))
(prn (c/nth-permutation (range 12) 100000000) (c/nth-combination (range 50) 25 1000000000000) (c/drop-permutations [1 2 3] 4))
(prn (c/permutation-index [3 1 2]) (c/permutation-index [2 1 1]))
(prn (c/partitions [1 2 3]) (c/partitions [1 1 2] :min 2 :max 2) (count (c/partitions (range 7))))
(prn (take 3 (c/permutations (range 20))) (count (c/combinations (range 16) 8)))
