;; Locations in a tree of vectors, for zip.cases.
(def tree (zip/vector-zip [1 [2 3] [] "x"]))
(def middle (-> tree zip/down zip/right zip/down))
