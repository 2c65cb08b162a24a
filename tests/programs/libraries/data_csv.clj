(ns libraries.data-csv
  (:require [clojure.data.csv :as csv]
            [clojure.java.io :as io])
  (:import (java.io StringReader StringWriter)))

(def text "Name,Quote\r\n\"Doe, Jane\",\"said \"\"hi\"\"\"\nx,\"two\nlines\"\n,\n")
(prn (csv/read-csv text))
(prn (csv/read-csv "a;b;'c;d'" :separator \; :quote \'))
(prn (first (csv/read-csv (StringReader. "1,2\n3,4"))) (realized? (csv/read-csv text)))
(prn (try (doall (csv/read-csv "a,\"b")) (catch java.io.EOFException e (.getMessage e))))
(prn (try (doall (csv/read-csv "\"a\"b,c")) (catch Exception e (.getMessage e))))
(defn write [rows & options] (let [w (StringWriter.)] (apply csv/write-csv w rows options) (str w)))
(prn (write [["a" 1 nil] ["x,y" "q\"" "l\n2"] [:k 'sym 1.5]]))
(prn (write [["a b" "c"]] :separator \space :newline :cr+lf :quote? (constantly true)))
(prn (= (csv/read-csv text) (csv/read-csv (write (csv/read-csv text)))))
(let [file (java.io.File/createTempFile "table" ".csv")]
  (with-open [w (io/writer file)] (csv/write-csv w (for [i (range 1000)] [i (* i i) (str "row " i)])))
  (with-open [r (io/reader file)]
    (let [[header & rows] (csv/read-csv r)]
      (prn header (count rows) (transduce (map (comp parse-long second)) + rows) (last rows))))
  (.delete file))
(defn maps [[header & rows]] (map zipmap (repeat (map keyword header)) rows))
(run! prn (maps (csv/read-csv text)))
