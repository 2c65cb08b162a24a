(ns deep.used)
(defn used-fn [] :used)
(defn other [] :other)
