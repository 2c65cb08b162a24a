(ns lib.e-with-dash (:require [lib.a :refer [fa]]))
(println "loading e")
(defn fe [x] [:fe (fa x)])
