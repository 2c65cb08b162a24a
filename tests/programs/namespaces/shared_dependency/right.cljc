(ns right (:require common))
(println "right")
(defn value [] [:right (common/shared)])
