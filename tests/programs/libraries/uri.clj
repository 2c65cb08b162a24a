(ns libraries.uri
  (:require [lambdaisland.uri :as uri :refer [uri join]]
            [lambdaisland.uri.normalize :as normalize]))

(def u (uri "https://ann:secret@example.org:8080/a/b%20c?x=1&y=two&x=3#part"))
(prn (into {} u) (str u) (:host u) (uri/absolute? u) (uri/relative? (uri "/x")) (uri/query-map u))
(prn (map str [(uri "") (uri "foo") (uri "//host/path") (uri "mailto:a@example.org") (uri "?q") (uri "#f") (uri "http://h:80")]))
(prn (map #(str (join "http://a/b/c/d;p?q" %)) ["g:h" "g" "./g" "g/" "/g" "//g" "?y" "g?y" "#s" "g#s" ";x" "" "." "./" ".." "../" "../g" "../.." "../../g" "../../../g" "/./g" "/../g" "g." "..g" "./../g" "g/./h" "g;x=1/../y"]))
(prn (str (join "http://example.org/a/" "b" "../c" "d?x#y")) (str (assoc u :path "/new" :query nil :fragment nil)))
(prn (uri/map->query-string {:a 1 :b "x y&z" :c [1 2]}) (uri/query-string->map "a=1&b=x%20y&c") (str (uri/assoc-query "http://h/?a=1" :b 2 :a "q")) (str (uri/assoc-query* "http://h/?a=1" {:z nil})))
(prn (uri/query-map "?id=1&id=2" {:multikeys :always}) (uri/query-map "?id=1&id=2" {:multikeys :never}) (uri/query-map "?a=b" {:keywordize? false}))
(prn (map (comp str normalize/normalize uri) ["http://h/a b" "HTTP://h/%7euser?x=ü#[y]" "http://h/%C3%BC"]) (normalize/percent-encode "a/ü b" :path) (normalize/percent-decode "%C3%BC%20"))
(prn u (= u (uri (str u))) (uri/uri? u) (meta (uri "x")) (hash-map :k (uri "y")))
