(ns libraries.tools-reader
  (:require [clojure.tools.reader :as r]
            [clojure.tools.reader.edn :as edn]
            [clojure.tools.reader.reader-types :as types]))

(prn (r/read-string "(defn f [x] {:a #{1 2.5 3/4 0x1F 7N 2M} \"s\\n\\u0041\" \\newline})"))
(prn (r/read-string "^{:a 1} [x]") (meta (r/read-string "^:k ^String sym")) (r/read-string "#'foo") (r/read-string "@x") (r/read-string "#(+ 1 2)"))
(prn (map (comp class r/read-string) ["1" "1.0" "1/2" "1N" "1M" "\\a" ":k" "s" "\"t\"" "#\"re\"" "nil" "true"]))
(prn (edn/read-string "{:a [1 2 #{3}] :t #inst \"2020-01-01T00:00:00.000-00:00\" :u #uuid \"550e8400-e29b-41d4-a716-446655440000\"}"))
(prn (edn/read-string {:readers {'point (fn [[x y]] {:x x :y y})} :default (fn [tag x] [:unknown tag x])} "[#point [1 2] #other 3]") (edn/read-string {:eof :end} " "))
(prn (r/read-string {:read-cond :allow :features #{:clj}} "[#?(:clj 1 :cljs 2) #?@(:clj [3 4])]") (r/read-string {:read-cond :preserve} "#?(:clj 1)"))
(let [reader (types/indexing-push-back-reader "(a\n  b) [c] :end")]
  (prn (r/read reader) (types/get-line-number reader) (types/get-column-number reader) (r/read reader) (r/read reader) (r/read {:eof :done} reader)))
(prn (meta (r/read (types/indexing-push-back-reader "\n  (x y)"))))
(prn (for [text ["(1 2" ")" "{:a}" "\"abc" "\\nosuch" "1x" "#<x>" ":a/" "#nope 1" "{:a 1 :a 2}"]]
       (try (r/read-string text) (catch Exception e (.getMessage e)))))
(prn (for [text ["(1 2" "@x" "#(a)" "08" "##Inf"]] (try (edn/read-string text) (catch Exception e (.getMessage e)))))
(prn (r/read-string "#:a{:b 1 :_/c 2 d 3}") (r/read-string "#_skipped kept") (r/read-string ";comment\n 1") (r/read-string "##NaN") (r/read-string "[#_#_ 1 2 3]"))
(prn (binding [*ns* (the-ns 'libraries.tools-reader)] [(r/read-string "::k") (r/read-string "::r/k")]) (second (r/read-string "`(~x ~@y)")))
