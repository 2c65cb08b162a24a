(ns text.rope
  "Ropes: text as a balanced tree; CharSequence, Indexed, Comparable and a seq of characters."
  (:refer-clojure :exclude [concat])
  (:require [clojure.string :as str])
  #?(:clj (:import (clojure.lang Counted Indexed Seqable Sequential IHashEq IPersistentCollection IObj Reversible ILookup)
                   (java.io Writer StringWriter))))

(declare ->rope concat split leaf)

(def ^:const ^long max-leaf 8)

(definterface INode
  (^long weight [])
  (^long depth [])
  (^char charAt2 [^long i])
  (writeTo [^java.io.Writer w]))

(deftype Leaf [^String s]
  INode
  (weight [_] (long (.length s)))
  (depth [_] 0)
  (charAt2 [_ i] (.charAt s (int i)))
  (writeTo [_ w] (.write ^Writer w s)))

(deftype Node [^INode left ^INode right ^long n ^long d]
  INode
  (weight [_] n)
  (depth [_] d)
  (charAt2 [_ i] (let [w (.weight left)] (if (< i w) (.charAt2 left i) (.charAt2 right (- i w)))))
  (writeTo [_ w] (.writeTo left w) (.writeTo right w)))

(defn- node [^INode l ^INode r]
  (Node. l r (+ (.weight l) (.weight r)) (inc (max (.depth l) (.depth r)))))

(deftype Rope [^INode root mta ^:unsynchronized-mutable ^int hash]
  Object
  (toString [_] (let [w (StringWriter.)] (.writeTo root w) (.toString w)))
  (equals [this o] (and (instance? Rope o) (= (str this) (str o))))
  (hashCode [this]
    (when (zero? hash) (set! hash (int (.hashCode (str this)))))
    hash)
  CharSequence
  (length [_] (int (.weight root)))
  (charAt [_ i] (if (< -1 i (.weight root)) (.charAt2 root i) (throw (StringIndexOutOfBoundsException. (str "index " i)))))
  (subSequence [this a b] (let [[_ r] (split this a)] (first (split r (- b a)))))
  Comparable
  (compareTo [this o] (compare (str this) (str o)))
  Counted
  (count [_] (.weight root))
  Indexed
  (nth [this i] (.charAt this i))
  (nth [this i not-found] (if (< -1 i (count this)) (.charAt2 root i) not-found))
  ILookup
  (valAt [this k] (.valAt this k nil))
  (valAt [this k not-found] (if (integer? k) (nth this k not-found) not-found))
  Seqable
  (seq [this] (seq (str this)))
  Reversible
  (rseq [this] (seq (str/reverse (str this))))
  IHashEq
  (hasheq [this] (clojure.core/hash (str this)))
  IPersistentCollection
  (cons [this x] (concat this (->rope (str x))))
  (empty [_] (->rope ""))
  (equiv [this o] (.equals this o))
  IObj
  (meta [_] mta)
  (withMeta [_ m] (Rope. root m hash))
  clojure.lang.IFn
  (invoke [this i] (nth this i))
  (invoke [this i nf] (nth this i nf)))

(defn- build [^String s]
  (if (<= (count s) max-leaf)
    (Leaf. s)
    (let [mid (quot (count s) 2)] (node (build (subs s 0 mid)) (build (subs s mid))))))
(defn ->rope [s] (Rope. (build (str s)) nil 0))
(defn concat
  ([] (->rope ""))
  ([a] a)
  ([^Rope a ^Rope b]
   (let [r (node (.-root a) (.-root b))]
     (if (> (.depth ^INode r) 12) (->rope (str a b)) (Rope. r (meta a) 0))))
  ([a b & more] (reduce concat (concat a b) more)))
(defn split [^Rope r ^long i]
  (letfn [(go [^INode n ^long i]
            (if (instance? Leaf n)
              (let [s (.-s ^Leaf n)] [(Leaf. (subs s 0 i)) (Leaf. (subs s i))])
              (let [^Node n n, w (.weight ^INode (.-left n))]
                (cond (< i w) (let [[a b] (go (.-left n) i)] [a (node b (.-right n))])
                      (> i w) (let [[a b] (go (.-right n) (- i w))] [(node (.-left n) a) b])
                      :else [(.-left n) (.-right n)]))))]
    (mapv #(Rope. % nil 0) (go (.-root r) i))))
(defmethod print-method Rope [r ^Writer w] (.write w "#rope ") (print-method (str r) w))
(defn insert [r i s] (let [[a b] (split r i)] (concat a (->rope s) b)))
(defn delete [r i j] (concat (first (split r i)) (second (split r j))))

(def r (->rope "The quick brown fox jumps over the lazy dog"))
(prn r (count r) (nth r 4) (nth r 100 :none) (r 0) (get r 1) (get r :x) (.length ^CharSequence r))
(prn (insert r 4 "very ") (delete r 4 10) (conj (->rope "a") \b "cd"))
(prn (.subSequence r 4 9) (map str (split r 9)))
(prn (= r (->rope (str r))) (= (hash r) (hash (->rope (str r)))) (= r (str r)) (contains? #{r} (->rope (str r))))
(prn (compare (->rope "a") (->rope "b")) (sort [(->rope "pear") (->rope "apple") (->rope "fig")]))
(prn (apply str (rseq r)) (first r) (take 3 r) (empty r) (empty? (->rope "")) (reduce (fn [n c] (if (= c \o) (inc n) n)) 0 r))
(prn (meta (with-meta r {:lang :en})) (meta (conj (with-meta r {:lang :en}) "!")))
(prn (str/upper-case r) (str/includes? r "fox") (re-find #"\w+ dog" r) (str/split (->rope "a,b,c") #",") (str/blank? (->rope " ")))
(prn (try (nth r 1000) (catch IndexOutOfBoundsException e [(.getName (class e)) (.getMessage e)])))
(prn (let [big (reduce (fn [r i] (insert r (quot (count r) 2) (str i))) (->rope "") (range 200))] [(count big) (subs (str big) 0 20)]))
(prn (frequencies (filter #(Character/isUpperCase ^char %) (insert r 10 "XYZ"))) (apply max-key int "hello") (.hashCode r))
