(ns json.reader
  "JSON from a PushbackReader and to a Writer, with options, in the manner of data.json."
  (:refer-clojure :exclude [read])
  (:require [clojure.string :as str])
  #?(:clj (:import (java.io PushbackReader StringReader StringWriter Writer PrintWriter EOFException Reader)
                   (java.util Date UUID Map Collection)
                   (java.math BigInteger))))

#?(:clj (set! *warn-on-reflection* true))

(def ^:dynamic ^:private *key-fn*)
(def ^:dynamic ^:private *value-fn*)
(declare -read)

(defmacro ^:private codepoint [c] (int c))
(defmacro ^:private codepoint-case [e & clauses]
  `(case ~e
     ~@(mapcat (fn [[test result]]
                 (cond (= :whitespace test) [(map int [\space \tab \newline \return]) result]
                       (= :digit test) [(map int "-0123456789") result]
                       (char? test) [(int test) result]
                       :else [test result]))
               (partition 2 clauses))
     ~@(when (odd? (count clauses)) [(last clauses)])))

(defn- eof [] (throw (EOFException. "JSON error (end-of-file)")))
(defn- read-char ^long [^PushbackReader r]
  (let [c (.read r)] (when (neg? c) (eof)) c))

(defn- skip-ws ^long [^PushbackReader r]
  (loop [c (.read r)]
    (codepoint-case c
      :whitespace (recur (.read r))
      c)))

(defn- read-hex [^PushbackReader r]
  (let [a (char-array 4)]
    (dotimes [i 4] (aset a i (char (read-char r))))
    (char (Integer/parseInt (String. a) 16))))

(defn- read-string* [^PushbackReader r]
  (let [sb (StringBuilder.)]
    (loop []
      (let [c (read-char r)]
        (codepoint-case c
          \" (str sb)
          \\ (let [e (read-char r)]
               (codepoint-case e
                 \b (.append sb \backspace) \f (.append sb \formfeed) \n (.append sb \newline)
                 \r (.append sb \return) \t (.append sb \tab)
                 \u (.append sb (read-hex r))
                 (.append sb (char e)))
               (recur))
          (do (.append sb (char c)) (recur)))))))

(defn- read-number [^PushbackReader r ^long c bigdec?]
  (let [sb (StringBuilder.)]
    (loop [c c, integer? true]
      (cond
        (or (<= (int \0) c (int \9)) (= c (int \-)) (= c (int \+))) (do (.append sb (char c)) (recur (.read r) integer?))
        (or (= c (int \.)) (= c (int \e)) (= c (int \E))) (do (.append sb (char c)) (recur (.read r) false))
        :else (do (when-not (neg? c) (.unread r (int c)))
                  (let [s (str sb)]
                    (cond (and integer? (< (count s) 18)) (Long/valueOf s)
                          integer? (bigint s)
                          bigdec? (bigdec s)
                          :else (Double/valueOf s))))))))

(defn- expect [^PushbackReader r ^String word value]
  (doseq [c word]
    (when (not= (int c) (read-char r))
      (throw (Exception. (str "JSON error (expected " word ")")))))
  value)

(defn- read-array [r opts]
  (let [c (skip-ws r)]
    (if (= c (codepoint \]))
      []
      (do (.unread ^PushbackReader r (int c))
          (loop [out (transient [])]
            (let [out (conj! out (-read r opts))
                  c (skip-ws r)]
              (codepoint-case c
                \, (recur out)
                \] (persistent! out)
                -1 (eof)
                (throw (Exception. "JSON error (missing ] or ,)")))))))))

(defn- read-object [r opts]
  (loop [out (transient {})]
    (let [c (skip-ws r)]
      (codepoint-case c
        \} (persistent! out)
        \, (recur out)
        \" (let [k (read-string* r)]
             (when (not= (codepoint \:) (skip-ws r))
               (throw (Exception. "JSON error (missing `:` in object)")))
             (let [k (*key-fn* k)
                   v (*value-fn* k (-read r opts))]
               (recur (if (identical? v *value-fn*) out (assoc! out k v)))))
        -1 (eof)
        (throw (Exception. (str "JSON error (non-string key in object), found `" (char c) "`")))))))

(defn- -read [^PushbackReader r {:keys [bigdec] :as opts}]
  (let [c (skip-ws r)]
    (codepoint-case c
      -1 (eof)
      \" (read-string* r)
      \{ (read-object r opts)
      \[ (read-array r opts)
      :digit (read-number r c bigdec)
      \t (expect r "rue" true)
      \f (expect r "alse" false)
      \n (expect r "ull" nil)
      (throw (Exception. (str "JSON error (unexpected character): " (char c)))))))

(defn read
  [reader & {:keys [key-fn value-fn eof-error? eof-value] :or {key-fn identity value-fn (fn [_ v] v) eof-error? true} :as opts}]
  (let [^PushbackReader r (if (instance? PushbackReader reader) reader (PushbackReader. reader 64))]
    (binding [*key-fn* key-fn *value-fn* value-fn]
      (try (-read r opts)
           (catch EOFException e (if eof-error? (throw e) eof-value))))))
(defn read-str [s & opts] (apply read (PushbackReader. (StringReader. s)) opts))

(defprotocol JSONWriter (-write [x ^PrintWriter out opts]))

(defn- write-string [^CharSequence s ^Appendable out]
  (.append out \")
  (dotimes [i (.length s)]
    (let [c (int (.charAt s i))]
      (condp = c
        (int \") (.append out "\\\"")
        (int \\) (.append out "\\\\")
        (int \newline) (.append out "\\n")
        (int \tab) (.append out "\\t")
        (if (< 31 c 127)
          (.append out (.charAt s i))
          (.append out ^String (format "\\u%04x" c))))))
  (.append out \"))

(defn- write-seq [xs ^Writer out opts]
  (.write out "[")
  (loop [[x & more :as xs] (seq xs)]
    (when xs
      (-write x out opts)
      (when more (.write out ",") (recur more))))
  (.write out "]"))

(extend nil JSONWriter {:-write (fn [_ ^Writer out _] (.write out "null"))})
(extend-protocol JSONWriter
  java.lang.Boolean (-write [x ^Writer out _] (.write out (str x)))
  java.lang.Number (-write [x ^Writer out _] (.write out (.toString ^Object x)))
  java.lang.Double (-write [x ^Writer out _]
                     (if (or (.isNaN ^Double x) (.isInfinite ^Double x))
                       (throw (Exception. (str "JSON error: cannot write " x)))
                       (.write out (str x))))
  clojure.lang.Ratio (-write [x out opts] (-write (double x) out opts))
  clojure.lang.BigInt (-write [x ^Writer out _] (.write out (str x)))
  java.lang.CharSequence (-write [x out _] (write-string x out))
  clojure.lang.Named (-write [x out _] (write-string (name x) out))
  java.util.Map (-write [x ^Writer out opts]
                  (.write out "{")
                  (loop [first? true, [[k v] & more :as xs] (if (:sort opts) (sort-by (comp str key) x) (seq x))]
                    (when xs
                      (when-not first? (.write out ","))
                      (write-string (if (keyword? k) (subs (str k) 1) (str k)) out)
                      (.write out ":")
                      (-write v out opts)
                      (recur false more)))
                  (.write out "}"))
  java.util.Collection (-write [x out opts] (write-seq x out opts))
  UUID (-write [x out _] (write-string (str x) out))
  Date (-write [^Date x ^Writer out _] (.write out (str (.getTime x))))
  java.lang.Object (-write [x out opts]
                     (if (.isArray (class x)) (write-seq (seq x) out opts)
                         (throw (Exception. (str "Don't know how to write JSON of " (class x)))))))

(defn write-str [x & {:as opts}]
  (let [sw (StringWriter.)]
    (with-open [out (PrintWriter. sw)] (-write x out opts) (.flush out))
    (.toString sw)))

(def text "{\"a\": [1, 2.5, -3, 1e3, 12345678901234567890], \"b\\n\": \"x\\u00e9\\\"y\", \"c\": {\"d\": null, \"e\": [true, false, []]}}")
(prn (into (sorted-map) (read-str text)))
(prn (get-in (read-str text :key-fn keyword) [:c :e]) (:a (read-str text :key-fn keyword :bigdec true)))
(prn (read-str "{\"at\": 10, \"b\": 2}" :key-fn keyword :value-fn (fn [k v] (if (= k :at) (Date. (long v)) v))))
(prn (write-str {:a [1 2.5 nil true] :b/c "q\"\n\u00e9" 'd #{1}} :sort true) (write-str [1/2 10N 1.5M :k 'sym "s" {} ()]))
(prn (write-str (int-array [1 2 3])) (write-str (list)) (write-str #uuid "00000000-0000-0000-0000-000000000001") (write-str #inst "1970-01-01T00:00:01Z"))
(prn (write-str (java.util.ArrayList. [1 2])) (write-str (java.util.HashMap. {"k" 1})) (write-str (first {:k 1})) (write-str (StringBuilder. "sb")))
(doseq [bad ["" "[1" "{1:2}" "tru" "?" "[1 2]" "{\"a\" 1}"]]
  (prn bad (try (read-str bad) (catch EOFException e [:eof (.getMessage e)]) (catch Exception e (.getMessage e)))))
(prn (read-str "" :eof-error? false :eof-value :end) (try (write-str ##NaN) (catch Exception e (.getMessage e))))
(prn (try (write-str (Object.)) (catch Exception e (.getMessage e))) (try (write-str inc) (catch Exception e :fn)))
(let [r (PushbackReader. (StringReader. "1 {\"a\":2} [3] \"4\"") 64)]
  (prn (vec (take-while (complement #{::end}) (repeatedly #(read r :eof-error? false :eof-value ::end))))))
(prn (= (read-str (write-str {"x" [1 2 {"y" nil}]})) {"x" [1 2 {"y" nil}]}))
