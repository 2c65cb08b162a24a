;; Tables as text: columns of any width, alignment, borders, grouping; numbers line up at the point.
(ns portable.text-table
  (:require [clojure.string :as str]
            #?(:cljs [goog.string.format])
            #?(:cljs [goog.string :as gstring])))

(defprotocol Cell
  (show [x options] "the text of a cell, which may have several lines")
  (alignment [x]))

(defn fixed [n digits]
  #?(:clj (format (str "%." digits "f") (double n))
     :cljs (gstring/format (str "%." digits "f") n)))

(extend-protocol Cell
  nil
  (show [_ {:keys [missing] :or {missing "-"}}] missing)
  (alignment [_] :center)
  #?(:clj Long :cljs number)
  (show [n {:keys [separator]}]
    (if-not separator
      (str n)
      (let [digits (str (if (neg? n) (- n) n))
            groups (map #(apply str (reverse %)) (reverse (partition-all 3 (reverse digits))))]
        (str (when (neg? n) "-") (str/join separator groups)))))
  (alignment [_] :right)
  #?@(:clj [Double
            (show [n {:keys [digits] :or {digits 2}}] (fixed n digits))
            (alignment [_] :right)
            clojure.lang.Ratio
            (show [n options] (show (double n) options))
            (alignment [_] :right)])
  #?(:clj String :cljs string)
  (show [s _] s)
  (alignment [_] :left)
  #?(:clj clojure.lang.Keyword :cljs Keyword)
  (show [k _] (name k))
  (alignment [_] :left)
  #?(:clj Boolean :cljs boolean)
  (show [b _] (if b "yes" "no"))
  (alignment [_] :center)
  #?(:clj clojure.lang.Sequential :cljs IndexedSeq)
  (show [xs options] (str/join "\n" (map #(show % options) xs)))
  (alignment [_] :left))

(defrecord Money [amount currency]
  Cell
  (show [_ options] (str (fixed (/ amount 100) 2) " " (name currency)))
  (alignment [_] :right))

(defn pad [s width side]
  (let [missing (max 0 (- width (count s)))
        left (case side :left 0 :right missing :center (quot missing 2))
        spaces #(apply str (repeat % \space))]
    (str (spaces left) s (spaces (- missing left)))))

(def borders
  {:ascii {:horizontal \- :vertical "|" :cross "+"}
   :plain {:horizontal nil :vertical " " :cross " "}
   :double {:horizontal \= :vertical "‖" :cross "#"}})

(defn- title [k] (-> (name k) (str/replace "-" " ") str/capitalize))

(defn table
  ([rows] (table {} rows))
  ([{:keys [columns border header?] :or {border :ascii header? true} :as options} rows]
   (let [columns (or columns (vec (distinct (mapcat keys rows))))
         texts (for [row rows] (mapv #(str/split-lines (show (get row %) options)) columns))
         sides (for [c columns] (or (get-in options [:align c]) (some #(some-> (get % c) alignment) rows) :left))
         titles (mapv (comp vector title) columns)
         widths (apply mapv (fn [& cells] (transduce (comp cat (map count)) max 0 cells)) (cond->> texts header? (cons titles)))
         {:keys [horizontal vertical cross]} (borders border)
         line (when horizontal (str cross (str/join cross (for [w widths] (apply str (repeat (+ w 2) horizontal)))) cross))
         lay (fn [cells sides]
               (for [i (range (apply max (map count cells)))]
                 (str vertical
                      (str/join vertical (map (fn [cell w side] (str " " (pad (get cell i "") w side) " ")) cells widths sides))
                      vertical)))]
     (str/join "\n"
               (remove nil?
                       (concat [line]
                               (when header? (concat (lay titles (repeat :center)) [line]))
                               (mapcat #(lay % sides) texts)
                               [line]))))))

(def people
  [{:name "Ada" :age 36 :score 99.5 :tags [:math :code] :member true}
   {:name "Grace Hopper" :age 85 :score 7/3 :tags ["navy"] :member false}
   {:name "Unknown" :age nil :score 1234.0 :tags nil :member nil}])

(println (table people))
(println (table {:columns [:age :name] :align {:name :right}} people))
(println (table {:border :plain :columns [:name :score] :digits 1 :missing "?"} people))
(println (table {:border :double :header? false :columns [:member :age]} people))
(println (table {:separator ","} [{:country :china :population 1412000000 :debt -1234567} {:country :malta :population 519562 :debt 0}]))
(println (table [{:what "coffee" :price (->Money 350 :EUR)} {:what "cake" :price (->Money 1275 :USD)}]))
(prn (pad "ab" 5 :center) (pad "abc" 2 :left) (map alignment [nil 1 1.5 "s" :k true [1] (->Money 1 :x)]))
(println (table [{:line "first\nsecond" :n 1} {:line "third" :n [1 22 333]}]))
(prn (try (table [{:x (atom 1)}]) (catch #?(:clj IllegalArgumentException :cljs :default) e (subs (ex-message e) 0 31))))
