;; reader conditionals: unknown features are skipped by tokens, :default is taken, splicing.
(println #?(:cljs (js/alert "x") :default :dflt) [1 #?@(:cljs [2 3] :default [4 5]) 6] #?(:cljs 1) :end)
(println #?(:bb #js {:a 1} :default "other syntax") (count [#?(:nope 1)]) #?(:cljs [:a] :default {:k #?(:cljs 1 :default 2)}))
