(ns libraries.data-json
  (:require [clojure.data.json :as json]
            [clojure.string :as str]))

(def text "{\"a\": [1, 2.5, -3e2, true, false, null], \"b\": {\"c d\": \"x\\u00e9\\n\\\"\"}, \"big\": 123456789012345678901234567890}")
(prn (json/read-str text))
(prn (json/read-str text :key-fn keyword :bigdec true))
(prn (json/read-str "{\"at\": 5, \"x\": 1}" :key-fn keyword :value-fn (fn [k v] (if (= k :at) (* 1000 v) v))))
(println (json/write-str {:a [1 2.5 1/4 3M 4N nil true] "b" {:c/d "q\"\n\t<&>/\u2028é"}}))
(println (json/write-str {:a "é/</script>"} :escape-unicode false :escape-slash false :escape-js-separators false))
(println (json/write-str {:a 1 :b {:c 2}} :key-fn (comp str/upper-case name) :value-fn (fn [k v] (if (number? v) (inc v) v))))
(println (json/write-str [#uuid "00000000-0000-0001-0000-000000000002" #inst "2020-01-02T03:04:05.678Z" 'sym :kw (range 3) #{1} (int-array [1 2])]))
(json/pprint {:name "n" :list (range 30) :nested {:a {:b [{} []]}}})
(doseq [bad ["" "[1," "{\"a\"}" "tru" "[1 2]" "{1:2}" "\"abc" "nope" "01x"]]
  (prn bad (try (json/read-str bad) (catch java.io.EOFException e [:eof (.getMessage e)]) (catch Exception e (.getMessage e)))))
(prn (json/read-str "" :eof-error? false :eof-value :end))
(defrecord Point [x y])
(println (json/write-str (->Point 1 2)))
(extend java.util.regex.Pattern json/JSONWriter {:-write (fn [p out options] (json/-write (str "/" p "/") out options))})
(println (json/write-str {:re #"a+b"}))
(prn (try (json/write-str ##Inf) (catch Exception e (.getMessage e))) (try (json/write-str (Object.)) (catch Exception e (.getMessage e))))
(prn (try (json/write-str {nil 1}) (catch Exception e (.getMessage e))))
(with-open [w (java.io.StringWriter.)] (json/write {:k [1 2]} w) (println (str w)))
