(ns parsing.core
  "Parser combinators over strings, with positions, errors and a monadic `let`."
  (:refer-clojure :exclude [some?])
  (:require [clojure.string :as str])
  #?(:clj (:import (java.util.regex Pattern)
                   (clojure.lang ExceptionInfo IFn))))

#?(:clj (set! *warn-on-reflection* true))

(defrecord State [^String text ^long pos line col])

(defn state
  ([text] (->State text 0 1 1)))

(defn- advance [^State s n]
  (let [consumed (subs (.-text s) (.-pos s) (+ (.-pos s) n))]
    (reduce (fn [st c]
              (if (= c \newline)
                (-> st (update :pos inc) (update :line inc) (assoc :col 1))
                (-> st (update :pos inc) (update :col inc))))
            s consumed)))

(defprotocol IParser
  (-parse [p s] "Returns {:ok value :rest state} or {:fail message :at state}"))

(deftype Parser [f label]
  IParser
  (-parse [_ s] (f s))
  Object
  (toString [_] (str "#<Parser " label ">"))
  IFn
  (invoke [_ s] (f s))
  (applyTo [_ args] (apply f args)))

(extend-protocol IParser
  String
  (-parse [lit s]
    (let [^String text (:text s)]
      (if (.startsWith text lit (:pos s))
        {:ok lit :rest (advance s (count lit))}
        {:fail (str "expected " (pr-str lit)) :at s})))
  Pattern
  (-parse [re s]
    (let [m (re-matcher re (:text s))]
      (.region m (:pos s) (count (:text s)))
      (if (.lookingAt m)
        {:ok (.group m) :rest (advance s (- (.end m) (.start m)))}
        {:fail (str "expected match of " re) :at s})))
  Character
  (-parse [c s] (-parse (str c) s))
  clojure.lang.IPersistentVector
  (-parse [ps s]
    (loop [ps (seq ps) s s out []]
      (if ps
        (let [{:keys [ok rest] :as r} (-parse (first ps) s)]
          (if (contains? r :fail) r (recur (next ps) rest (conj out ok))))
        {:ok out :rest s})))
  clojure.lang.IPersistentSet
  (-parse [ps s]
    (or (first (filter #(contains? % :ok) (map #(-parse % s) (sort-by str ps))))
        {:fail (str "expected one of " (str/join ", " (sort (map str ps)))) :at s})))

(defmacro defparser [name & body]
  `(def ~name (->Parser (fn [s#] (-parse (do ~@body) s#)) '~name)))

(defn return [v] (->Parser (fn [s] {:ok v :rest s}) "return"))

(defn bind [p f]
  (->Parser (fn [s]
              (let [r (-parse p s)]
                (if (contains? r :fail) r (-parse (f (:ok r)) (:rest r)))))
            "bind"))

(defmacro plet [bindings & body]
  (if (seq bindings)
    (let [[b p & more] bindings]
      `(bind ~p (fn [~b] (plet [~@more] ~@body))))
    `(return (do ~@body))))

(defn many [p]
  (->Parser (fn [s]
              (loop [s s out []]
                (let [r (-parse p s)]
                  (if (contains? r :fail)
                    {:ok out :rest s}
                    (recur (:rest r) (conj out (:ok r)))))))
            "many"))

(defn alt [& ps]
  (->Parser (fn [s]
              (let [rs (map #(-parse % s) ps)]
                (or (first (filter #(contains? % :ok) rs))
                    (apply max-key #(get-in % [:at :pos]) rs))))
            "alt"))

(defn sep-by [p sep]
  (alt (plet [x p xs (many (plet [_ sep y p] y))] (into [x] xs))
       (return [])))

(defn token [p] (plet [v p _ #"\s*"] v))
(defn fmap [f p] (plet [v p] (f v)))

(declare value)

(defparser jnumber (fmap #?(:clj #(Double/parseDouble %) :default parse-double) (token #"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")))
(defparser jstring (fmap #(subs % 1 (dec (count %))) (token #"\"(?:[^\"\\]|\\.)*\"")))
(defparser jarray (plet [_ (token \[) xs (sep-by value (token \,)) _ (token \])] xs))
(defparser jpair (plet [k jstring _ (token \:) v value] [(keyword k) v]))
(defparser jobject (plet [_ (token \{) ps (sep-by jpair (token \,)) _ (token \})] (into (sorted-map) ps)))
(defparser jword (fmap {"true" true "false" false "null" nil} (token #{"true" "false" "null"})))
(defparser value (alt jnumber jstring jarray jobject jword))

(defn parse! [p text]
  (let [{:keys [ok rest fail at] :as r} (-parse p (state text))]
    (cond
      (contains? r :fail) (throw (ex-info (str "Parse error: " fail) {:line (:line at) :col (:col at)}))
      (< (:pos rest) (count text)) (throw (ex-info "Trailing input" (select-keys rest [:line :col :pos])))
      :else ok)))

(prn (parse! value "{\"a\": [1, 2.5, -3e2], \"b\": {\"c\": null, \"d\": true}, \"e\": \"x\\ty\"}"))
(println (str value) (jnumber (state "42 ")))
(prn (:ok (apply jnumber [(state "7")])))
(doseq [bad ["[1, 2" "{\"a\" 1}" "1 1" "\n\n  ?" ""]]
  (try (prn (parse! value bad))
       (catch ExceptionInfo e (prn (.getMessage e) (ex-data e)))))

(def expr
  (letfn [(chain [p op] (plet [x p more (many [op p])]
                          (reduce (fn [a [o b]] (({"+" + "-" - "*" * "/" /} o) a b)) x more)))]
    (let [number (fmap #(Long/parseLong %) (token #"\d+"))
          sum (promise)
          factor (alt number (plet [_ (token "(") v (->Parser #(-parse @sum %) "sum") _ (token ")")] v))
          term (chain factor (token #{"*" "/"}))]
      (deliver sum (chain term (token #{"+" "-"})))
      @sum)))
(prn (map #(parse! expr %) ["1 + 2 * 3" "(1 + 2) * 3" "10 / 4 - 1" "2*(3+4)*5"]))
(prn (instance? Parser expr) (satisfies? IParser #"x") (satisfies? IParser 1))
(prn (try (-parse 1 (state "")) (catch IllegalArgumentException e (.getMessage e))))
