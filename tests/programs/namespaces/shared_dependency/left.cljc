(ns left (:require [common :refer [shared] :rename {shared common-shared}]))
(println "left")
(defn value [] [:left (common-shared)])
