(ns deep.more)
(defn deep [] :deep)
