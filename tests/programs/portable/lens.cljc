;; Lenses, prisms and traversals: ways into data as values that compose.
(ns portable.lens
  (:refer-clojure :exclude [key set update])
  (:require [clojure.string :as str]
            [clojure.walk :as walk]))

(defprotocol Optic
  (foci [optic whole] "what the optic sees in the whole, a vector")
  (over* [optic f whole] "the whole with f applied to each focus"))

(defrecord Lens [getter setter]
  Optic
  (foci [_ whole] [(getter whole)])
  (over* [_ f whole] (setter whole (f (getter whole)))))

(defrecord Prism [match build]
  Optic
  (foci [_ whole] (if-some [[x] (match whole)] [x] []))
  (over* [_ f whole] (if-some [[x] (match whole)] (build (f x)) whole)))

(deftype Traversal [walk-all]
  Optic
  (foci [_ whole] (let [seen (volatile! [])]
                    (walk-all (fn [x] (vswap! seen conj x) x) whole)
                    @seen))
  (over* [_ f whole] (walk-all f whole)))

(deftype Composed [outer inner]
  Optic
  (foci [_ whole] (into [] (mapcat #(foci inner %)) (foci outer whole)))
  (over* [_ f whole] (over* outer #(over* inner f %) whole))
  #?@(:clj [Object (toString [_] (str outer " >>> " inner))]
      :cljs [Object (toString [_] (str outer " >>> " inner))]))

;; Plain data stands for optics.
(declare each)
(extend-protocol Optic
  #?(:clj clojure.lang.Keyword :cljs Keyword)
  (foci [k whole] [(get whole k)])
  (over* [k f whole] (assoc whole k (f (get whole k))))
  #?(:clj Long :cljs number)
  (foci [i whole] (if (< -1 i (count whole)) [(nth whole i)] []))
  (over* [i f whole] (if (< -1 i (count whole)) (assoc whole i (f (nth whole i))) whole))
  #?(:clj clojure.lang.Fn :cljs function)
  (foci [pred whole] (if (pred whole) [whole] []))
  (over* [pred f whole] (if (pred whole) (f whole) whole))
  #?(:clj clojure.lang.IPersistentVector :cljs PersistentVector)
  (foci [path whole] (reduce (fn [found optic] (into [] (mapcat #(foci optic %)) found)) [whole] path))
  (over* [path f whole]
    (if-let [[optic & more] (seq path)]
      (over* optic #(over* (vec more) f %) whole)
      (f whole)))
  nil
  (foci [_ whole] [whole])
  (over* [_ f whole] (f whole)))

(defn >>> [& optics] (reduce ->Composed optics))
(defn view [optic whole] (first (foci optic whole)))
(defn to-list [optic whole] (foci optic whole))
(defn over [optic f whole & args] (over* optic #(apply f % args) whole))
(defn set [optic value whole] (over* optic (constantly value) whole))
(defn lens [getter setter] (->Lens getter setter))

(def each
  (->Traversal (fn [f whole]
                 (cond
                   (map? whole) (into (empty whole) (map (fn [[k v]] [k (f v)])) whole)
                   (vector? whole) (mapv f whole)
                   (set? whole) (into (empty whole) (map f) whole)
                   (seq? whole) (map f whole)
                   :else whole))))
(def keys-of (->Traversal (fn [f m] (into (empty m) (map (fn [[k v]] [(f k) v])) m))))
(defn where [pred] (->Prism #(when (pred %) [%]) identity))
(def number-text (->Prism #(when (and (string? %) (re-matches #"-?\d+" %)) [#?(:clj (Long/parseLong %) :cljs (js/parseInt % 10))]) str))
(def words (lens #(str/split % #" ") #(str/join " " %2)))
(defn at [k default] (lens #(get % k default) #(assoc %1 k %2)))
(defn everywhere [pred] (->Traversal (fn [f whole] (walk/postwalk #(if (pred %) (f %) %) whole))))
(def fahrenheit (lens #(+ 32 (/ (* 9 %) 5)) (fn [_ f] (/ (* 5 (- f 32)) 9))))

(def company
  {:name "Acme"
   :staff [{:name "Ann" :salary 1000 :tags #{:lead} :phones ["12" "x" "-7"]}
           {:name "Bob" :salary 800 :tags #{} :phones []}
           {:name "Cy" :salary 1200 :tags #{:new :temp} :phones ["99"]}]})

(prn (view [:staff 0 :name] company) (view [:staff 9 :name] company) (to-list [:staff each :salary] company))
(prn (get-in (over [:staff each :salary] * company 2) [:staff 2 :salary]) (:staff (set [:staff each :phones] [] company)))
(prn (to-list (>>> :staff each :phones each number-text) company) (to-list [:staff each :phones each number-text even?] company))
(prn (map :phones (:staff (over (>>> :staff each :phones each number-text) inc company))))
(prn (map :name (to-list [:staff each (where #(> (:salary %) 900))] company)))
(prn (map (juxt :name :salary) (:staff (over [:staff each (where #(contains? (:tags %) :new)) :salary] + company 5 6))))
(prn (over [:name words each] str/upper-case {:name "a b c"}) (view [words 1] "x y z") (set [words 1] "Q" "x y z"))
(prn (over (at :visits 0) inc {}) (over [(at :deep {}) (at :n 10)] dec {:a 1}))
(prn (over (everywhere integer?) inc {:a [1 {:b 2}] :c '(3)}) (to-list (everywhere string?) company))
(prn (view fahrenheit 100) (over fahrenheit + 100 18) (set fahrenheit 32 5))
(prn (over keys-of name {:a 1 :b 2}) (over each inc #{1 2}) (over nil inc 1) (over [] inc 1))
;; the laws
(prn (every? true? (for [l [:a (at :b 0) [:c 0] (>>> :c 0)] whole [{:a 1 :b 2 :c [3]}] v [7 nil]]
                     (and (= v (view l (set l v whole)))
                          (= whole (set l (view l whole) whole))
                          (= (set l 9 (set l v whole)) (set l 9 whole))))))
(prn (str (>>> :a :b)) (instance? #?(:clj clojure.lang.IRecord :cljs IRecord) fahrenheit))
(prn (try (over :a str "text") (catch #?(:clj ClassCastException :cljs :default) e :refused)) (try (view "x" {}) (catch #?(:clj IllegalArgumentException :cljs :default) e :no-optic)))
