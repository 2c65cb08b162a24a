;; What changed between two texts or two values: shortest edit scripts (Myers), unified diffs, patches, and structural differences.
(ns portable.diff
  (:require [clojure.string :as str]
            [clojure.set :as set]
            [clojure.data :as data]))

;; ---- Myers: furthest reaching paths, remembered per number of edits

(defn- furthest [v k d]
  (if (or (= k (- d)) (and (not= k d) (< (get v (dec k) -1) (get v (inc k) -1))))
    (get v (inc k) 0)
    (inc (get v (dec k) 0))))

(defn- slide [a b x k]
  (loop [x x]
    (let [y (- x k)]
      (if (and (< x (count a)) (< y (count b)) (= (nth a x) (nth b y))) (recur (inc x)) x))))

(defn- trace [a b]
  (let [n (count a) m (count b)]
    (loop [d 0 v {1 0} history []]
      (let [v' (reduce (fn [v k] (assoc v k (slide a b (furthest v k d) k))) v (range (- d) (inc d) 2))]
        (if (some (fn [k] (let [x (v' k)] (and (>= x n) (>= (- x k) m)))) (range (- d) (inc d) 2))
          (conj history v)
          (recur (inc d) v' (conj history v)))))))

(defn script
  "Edits [:= x], [:- x], [:+ x] that lead from a to b."
  [a b]
  (let [a (vec a) b (vec b)]
    (loop [d (dec (count (trace a b))) history (trace a b) x (count a) y (count b) edits ()]
      (if (neg? d)
        (vec edits)
        (let [v (nth history d)
              k (- x y)
              down? (or (= k (- d)) (and (not= k d) (< (get v (dec k) -1) (get v (inc k) -1))))
              k' (if down? (inc k) (dec k))
              x' (get v k' 0)
              y' (- x' k')
              [start-x start-y] (if (zero? d) [0 0] (if down? [x' (inc y')] [(inc x') y']))
              same (map (fn [i] [:= (nth a i)]) (range (max start-x 0) x))
              edit (when (pos? d) (if down? [:+ (nth b y')] [:- (nth a x')]))]
          (recur (dec d) history x' y' (concat (when edit [edit]) same edits)))))))

(defn patch [a edits]
  (loop [a (seq a) edits (seq edits) made []]
    (if-let [[[op x] & more] edits]
      (case op
        := (if (= x (first a)) (recur (next a) more (conj made x)) (throw (ex-info "does not fit" {:expected x :found (first a)})))
        :- (if (= x (first a)) (recur (next a) more made) (throw (ex-info "does not fit" {:expected x :found (first a)})))
        :+ (recur a more (conj made x)))
      (into made a))))

(defn invert [edits] (mapv (fn [[op x]] [({:+ :- :- :+ := :=} op) x]) edits))

(defn hunks [edits context]
  (let [numbered (map-indexed vector edits)
        changed (for [[i [op]] numbered :when (not= := op)] i)
        near? (into #{} (mapcat #(range (- % context) (+ % context 1))) changed)]
    (->> numbered
         (partition-by (comp boolean near? first))
         (filter (comp near? first first))
         (map (fn [part] {:from (count (filter #(#{:= :-} (first %)) (take (ffirst part) edits)))
                          :to (count (filter #(#{:= :+} (first %)) (take (ffirst part) edits)))
                          :edits (map second part)})))))

(defn unified [a b]
  (str/join "\n"
            (for [{:keys [from to edits]} (hunks (script (str/split-lines a) (str/split-lines b)) 1)
                  line (cons (str "@@ -" (inc from) "," (count (remove #(= :+ (first %)) edits))
                                  " +" (inc to) "," (count (remove #(= :- (first %)) edits)) " @@")
                             (map (fn [[op text]] (str ({:= " " :- "-" :+ "+"} op) text)) edits))]
              line)))

(defn similarity [a b]
  (let [edits (script a b) same (count (filter #(= := (first %)) edits))]
    (if (empty? edits) 1 (/ (* 2 same) (+ (count a) (count b))))))

;; ---- values

(defn changes
  ([a b] (changes [] a b))
  ([path a b]
   (cond
     (= a b) []
     (and (map? a) (map? b))
     (vec (mapcat (fn [k]
                    (cond
                      (not (contains? b k)) [{:op :remove :path (conj path k) :old (get a k)}]
                      (not (contains? a k)) [{:op :add :path (conj path k) :new (get b k)}]
                      :else (changes (conj path k) (get a k) (get b k))))
                  (sort-by str (set/union (set (keys a)) (set (keys b))))))
     (and (vector? a) (vector? b) (= (count a) (count b)))
     (into [] (mapcat (fn [i] (changes (conj path i) (a i) (b i)))) (range (count a)))
     :else [{:op :replace :path path :old a :new b}])))

(defn apply-changes [value cs]
  (reduce (fn [v {:keys [op path new]}]
            (case op
              (:add :replace) (if (empty? path) new (assoc-in v path new))
              :remove (if (next path) (update-in v (pop path) dissoc (peek path)) (dissoc v (first path)))))
          value cs))

(def old-text "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight")
(def new-text "one\n2\nthree\nfour\nfive\nsix\nseven and a half\neight\nnine")

(prn (script "abcabba" "cbabac") (script [] [1 2]) (script [1 2] []) (script [] []))
(prn (every? (fn [[a b]] (= (seq b) (seq (patch a (script a b)))))
             (for [a ["" "a" "kitten" "aaaa" "abcde"] b ["" "sitting" "aa" "edcba" "abcde"]] [a b])))
(prn (let [edits (script "kitten" "sitting")] [(apply str (patch "sitting" (invert edits))) (count (remove #(= := (first %)) edits))]))
(println (unified old-text new-text))
(prn (map #(update % :edits count) (hunks (script (range 20) (remove #{3 15} (range 21))) 2)))
(prn (similarity "night" "nacht") (similarity "" "") (similarity [1 2 3] [1 2 3]) (double (similarity "abc" "xyz")))
(prn (try (patch "xyz" (script "abc" "abd")) (catch #?(:clj clojure.lang.ExceptionInfo :cljs :default) e [(ex-message e) (ex-data e)])))
(def a {:name "x" :tags [1 2 3] :deep {:k {:n 1 :gone true}} :same [1]})
(def b {:name "y" :tags [1 5 3] :deep {:k {:n 1 :added nil}} :same [1] :new 'z})
(run! prn (changes a b))
(prn (= b (apply-changes a (changes a b))) (= a (apply-changes b (changes b a))) (changes 1 1) (changes 1 2) (changes [1] [1 2]))
(prn (data/diff a b) (data/diff [1 2 {:a 1}] [1 3 {:a 1 :b 2}]) (data/diff #{1 2} #{2 3}))
(prn (frequencies (map first (script (str/split "the quick brown fox jumps" #" ") (str/split "the slow brown dog jumps high" #" ")))))
