(ns pq.core
  "A persistent priority queue (a leftist heap) that is a Clojure collection, and a priority map beside it."
  (:import #?(:clj [clojure.lang IPersistentCollection IPersistentStack Counted Seqable Sequential ISeq IObj IHashEq MapEntry
                    ILookup Associative IPersistentMap IFn Sorted IEditableCollection])
           [java.util Comparator Collection Iterator Map NoSuchElementException]))

(deftype Heap [rank value left right])
(defn- rank ^long [^Heap h] (if h (long (.-rank h)) 0))
(defn- make [v a b] (if (>= (rank a) (rank b)) (Heap. (inc (rank b)) v a b) (Heap. (inc (rank a)) v b a)))
(defn- merge-heaps [^Comparator c ^Heap a ^Heap b]
  (cond (nil? a) b
        (nil? b) a
        (pos? (.compare c (.-value a) (.-value b))) (recur c b a)
        :else (make (.-value a) (.-left a) (merge-heaps c (.-right a) b))))

(declare empty-queue)
(defn- seq-heap [q] (.-heap q))
(deftype Queue [^Comparator cmp ^Heap heap ^long n mta]
  IPersistentStack
  (peek [_] (when heap (.-value heap)))
  (pop [this] (if heap
                (Queue. cmp (merge-heaps cmp (.-left heap) (.-right heap)) (dec n) mta)
                (throw (IllegalStateException. "Can't pop empty queue"))))
  (cons [_ x] (Queue. cmp (merge-heaps cmp heap (Heap. 1 x nil nil)) (inc n) mta))
  (count [_] n)
  (empty [_] (Queue. cmp nil 0 mta))
  (equiv [this o] (and (sequential? o) (= (seq this) (seq o))))
  (seq [this] (when heap ((fn step [q] (lazy-seq (when-let [h (seq-heap q)] (cons (.-value ^Heap h) (step (pop q)))))) this)))
  Sequential
  Counted
  IObj
  (meta [_] mta)
  (withMeta [_ m] (Queue. cmp heap n m))
  IHashEq
  (hasheq [this] (hash-ordered-coll this))
  Object
  (hashCode [this] (.hashCode ^Object (or (seq this) ())))
  (equals [this o] (.equiv this o))
  (toString [this] (pr-str (seq this)))
  Collection
  (size [_] n)
  (isEmpty [_] (zero? n))
  (iterator [this]
    (let [q (volatile! this)]
      (reify Iterator
        (hasNext [_] (pos? (count @q)))
        (next [_] (if (pos? (count @q))
                    (let [x (peek @q)] (vswap! q pop) x)
                    (throw (NoSuchElementException.)))))))
  (contains [this x] (boolean (some #{x} this)))
  (toArray [this] (to-array (seq this))))

(defmethod print-method Queue [q ^java.io.Writer w] (.write w "#queue ") (print-method (or (seq q) ()) w))

(defn queue-by [cmp & xs] (into (Queue. (comparator cmp) nil 0 nil) xs))
(defn queue [& xs] (into (Queue. compare nil 0 nil) xs))

(def q (queue 5 3 8 1 9 2))
(prn (count q) (peek q) (seq q) (vec (pop q)) (first q) (rest q) (into [] (take 2) q))
(prn (= q [1 2 3 5 8 9]) (= [1 2 3 5 8 9] q) (= (hash q) (hash [1 2 3 5 8 9])) (.equals q '(1 2 3 5 8 9)) (= q (queue 1 2 3 5 8 9)))
(prn q (str (queue 2 1)) (meta (conj (with-meta q {:a 1}) 0)))
(prn (apply queue-by > [1 3 2]) (conj (queue-by #(compare (count %1) (count %2)) "aaa" "b") "cc"))
(prn (empty? (queue)) (peek (queue)) (empty q) (contains? (set [q]) [1 2 3 5 8 9]) (coll? q) (sequential? q) (counted? q) (list? q) (vector? q))
(prn (try (pop (queue)) (catch IllegalStateException e (.getMessage e))))
(prn (iterator-seq (.iterator ^Iterable q)) (.size ^Collection q) (alength (.toArray ^Collection q)) (.contains ^Collection q 8))
(prn (reduce + q) (map inc q) (apply max q) (some even? q) (nth q 2) (last q) (reverse q) (zipmap q (range)))
(prn (loop [q (apply queue (shuffle (range 100))) out []] (if (seq q) (recur (pop q) (conj out (peek q))) (= out (range 100)))))

(deftype PriorityMap [priorities index mta]
  IPersistentMap
  (count [_] (count index))
  (assoc [this k p]
    (let [old (get index k ::none)]
      (cond (= old ::none) (PriorityMap. (update priorities p (fnil conj #{}) k) (assoc index k p) mta)
            (= old p) this
            :else (.assoc ^PriorityMap (.without this k) k p))))
  (without [this k]
    (if-let [[_ p] (find index k)]
      (let [ks (disj (priorities p) k)]
        (PriorityMap. (if (empty? ks) (dissoc priorities p) (assoc priorities p ks)) (dissoc index k) mta))
      this))
  (assocEx [this k p] (if (contains? index k) (throw (RuntimeException. "Key already present")) (.assoc this k p)))
  (empty [_] (PriorityMap. (empty priorities) {} mta))
  (cons [this x] (if (map? x) (reduce conj this x) (let [[k v] x] (.assoc this k v))))
  (equiv [_ o] (= index (if (instance? PriorityMap o) (.-index ^PriorityMap o) o)))
  (seq [_] (seq (for [[p ks] priorities k (sort ks)] (MapEntry. k p))))
  (valAt [_ k] (get index k))
  (valAt [_ k nf] (get index k nf))
  (containsKey [_ k] (contains? index k))
  (entryAt [_ k] (find index k))
  (iterator [this] (clojure.lang.SeqIterator. (.seq this)))
  IPersistentStack
  (peek [this] (first (.seq this)))
  (pop [this] (if-let [[k] (first (.seq this))] (.without this k) (throw (IllegalStateException. "empty"))))
  IObj
  (meta [_] mta)
  (withMeta [_ m] (PriorityMap. priorities index m))
  IFn
  (invoke [_ k] (get index k))
  (invoke [_ k nf] (get index k nf))
  Map
  (size [_] (count index))
  (get [_ k] (get index k))
  (isEmpty [_] (empty? index))
  (entrySet [this] (set this))
  (keySet [_] (set (keys index)))
  Object
  (hashCode [_] (.hashCode ^Object index))
  (equals [this o] (.equals ^Object index o))
  (toString [this] (str (into (array-map) (seq this))))
  IHashEq
  (hasheq [_] (hash index)))

(defn priority-map [& kvs] (into (PriorityMap. (sorted-map) {} nil) (map vec (partition 2 kvs))))
(def pm (priority-map :a 3 :b 1 :c 2 :d 1))
(prn pm (seq pm) (peek pm) (pop pm) (:a pm) (pm :zz :none) (keys pm) (vals pm) (count pm))
(prn (assoc pm :a 0) (dissoc pm :b) (merge pm {:e 0}) (update pm :c - 5) (into {} pm) (select-keys pm [:a]) (find pm :b))
(prn (= pm {:a 3 :b 1 :c 2 :d 1}) (= {:a 3 :b 1 :c 2 :d 1} pm) (= (hash pm) (hash {:a 3 :b 1 :c 2 :d 1})) (map? pm) (associative? pm) (ifn? pm))
(prn (reduce-kv (fn [n k v] (+ n v)) 0 pm) (map key pm) (let [{:keys [a b]} pm] [a b]) (empty pm) (str pm) (get-in {:x pm} [:x :c]))
(prn (loop [m pm out []] (if-let [[k _] (peek m)] (recur (pop m) (conj out k)) out)))
(prn (try (.assocEx pm :a 1) (catch RuntimeException e (.getMessage e))) (contains? pm :d) (every? map-entry? pm))

(defn dijkstra [graph from]
  (loop [todo (priority-map from 0) done (sorted-map)]
    (if-let [[node d] (peek todo)]
      (recur (reduce-kv (fn [q n w] (if (or (done n) (<= (q n Long/MAX_VALUE) (+ d w))) q (assoc q n (+ d w)))) (pop todo) (graph node))
             (assoc done node d))
      done)))
(prn (dijkstra {:a {:b 7 :c 3} :b {:d 2} :c {:b 1 :d 8} :d {}} :a))
