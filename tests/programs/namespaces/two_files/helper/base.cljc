(ns helper.base)
(println "loading helper.base")
(defn times [a b] (* a b))
