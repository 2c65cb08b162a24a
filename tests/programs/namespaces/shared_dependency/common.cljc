(ns common)
(println "common")
(def loads 1)
(defn shared [] :shared)
