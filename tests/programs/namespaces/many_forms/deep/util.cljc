(ns deep.util)
(defn twice [x] (* 2 x))
(def ^:private hidden :hidden)
(defn- private-fn [x] [:private x])
