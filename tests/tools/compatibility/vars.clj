;; vars.clj: the public vars of Clojure's own namespaces, one a line, written with real Clojure:
;;   clojure tests/tools/compatibility/vars.clj > tests/compatibility/vars.txt
;; NAMESPACE NAME SORT ARGLISTS: the sort is fn, macro or value.
(doseq [n '[clojure.core clojure.string clojure.set clojure.walk clojure.edn clojure.math clojure.template clojure.zip clojure.data
            clojure.pprint clojure.test clojure.core.protocols]]
  (require n)
  (doseq [[s v] (sort-by key (ns-publics n)) :let [m (meta v)]]
    (println n s (cond (:macro m) "macro" (or (:arglists m) (and (bound? v) (fn? @v))) "fn" :else "value")
             (pr-str (or (:arglists m) ())))))
