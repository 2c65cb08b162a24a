(ns matrix.core
  "Matrices over protocols: double arrays, nested vectors and sparse maps behind one interface."
  (:require [clojure.string :as str])
  #?(:clj (:import [java.util Arrays])))

#?(:clj (set! *unchecked-math* :warn-on-boxed))

(defprotocol PShape (shape [m]) (dimensionality [m]))
(defprotocol PAccess (get-2d [m i j]) (set-2d [m i j v]))
(defprotocol PMultiply (mul [a b]))
(defprotocol PCoerce (to-nested [m]))

(declare dense)

(defmacro doarray
  "Loops over the indexes of a double array with the current element bound."
  [[x i arr] & body]
  `(let [a# (doubles ~arr), n# (alength a#)]
     (loop [~i 0]
       (when (< ~i n#)
         (let [~x (aget a# ~i)] ~@body)
         (recur (unchecked-inc ~i))))))

(deftype Dense [^doubles data ^long rows ^long cols]
  PShape
  (shape [_] [rows cols])
  (dimensionality [_] 2)
  PAccess
  (get-2d [_ i j] (aget data (+ (* (long i) cols) (long j))))
  (set-2d [_ i j v] (let [d (aclone data)] (aset d (+ (* (long i) cols) (long j)) (double v)) (Dense. d rows cols)))
  PMultiply
  (mul [_ other]
    (let [^Dense b (dense other), ^doubles bd (.-data b), n (.-cols b), out (double-array (* rows n))]
      (dotimes [i rows]
        (dotimes [k cols]
          (let [x (aget data (+ (* i cols) k))]
            (dotimes [j n]
              (let [at (+ (* i n) j)]
                (aset out at (+ (aget out at) (* x (aget bd (+ (* k n) j))))))))))
      (Dense. out rows n)))
  PCoerce
  (to-nested [_] (mapv vec (partition cols data)))
  Object
  (toString [this] (str/join "\n" (map #(str/join " " (map (fn [x] (format "%7.2f" x)) %)) (to-nested this))))
  (equals [_ o] (and (instance? Dense o) (Arrays/equals data ^doubles (.-data ^Dense o))))
  (hashCode [_] (Arrays/hashCode data))
  clojure.lang.Seqable
  (seq [this] (seq (to-nested this)))
  clojure.lang.Counted
  (count [_] rows)
  clojure.lang.Indexed
  (nth [this i] (nth (to-nested this) i))
  (nth [this i nf] (nth (to-nested this) i nf)))

(defn dense ^Dense [m]
  (if (instance? Dense m)
    m
    (let [[r c] (shape m), out (double-array (* (long r) (long c)))]
      (dotimes [i r] (dotimes [j c] (aset out (+ (* i (long c)) j) (double (get-2d m i j)))))
      (Dense. out r c))))

(extend-protocol PShape
  clojure.lang.IPersistentVector
  (shape [v] (if (vector? (first v)) [(count v) (count (first v))] [(count v)]))
  (dimensionality [v] (count (shape v)))
  clojure.lang.IPersistentMap
  (shape [m] (:shape (meta m)))
  (dimensionality [_] 2)
  Number
  (shape [_] [])
  (dimensionality [_] 0))
(extend-protocol PAccess
  clojure.lang.APersistentVector
  (get-2d [v i j] (get-in v [i j]))
  (set-2d [v i j x] (assoc-in v [i j] x))
  clojure.lang.APersistentMap
  (get-2d [m i j] (get m [i j] 0))
  (set-2d [m i j x] (if (zero? (double x)) (dissoc m [i j]) (assoc m [i j] x))))
(extend-protocol PMultiply
  clojure.lang.IPersistentCollection
  (mul [a b] (if (number? b) (if (map? a) (with-meta (into {} (for [[k v] a] [k (* v b)])) (meta a)) (mapv #(mul % b) a)) (mul (dense a) b)))
  java.lang.Number
  (mul [a b] (if (number? b) (* a b) (mul b a))))
(extend-type (Class/forName "[D")
  PShape
  (shape [a] [(alength ^doubles a)])
  (dimensionality [_] 1)
  PCoerce
  (to-nested [a] (vec a)))
(extend-protocol PCoerce
  (Class/forName "[J") (to-nested [a] (mapv double a))
  Object (to-nested [m] m)
  nil (to-nested [_] []))

(def a [[1 2] [3 4]])
(def s (with-meta {[0 0] 2 [1 1] 3} {:shape [2 2]}))
(prn (shape a) (shape (dense a)) (shape s) (shape (double-array 3)) (shape 5) (map dimensionality [a s 1 [1]]))
(prn (to-nested (mul a a)) (to-nested (mul s a)) (mul a 10) (mul 2 3) (mul 2 s) (meta (mul s 2)))
(println (str (mul (dense a) s)))
(prn (= (dense a) (dense [[1.0 2.0] [3.0 4.0]])) (= (hash (dense a)) (hash (dense a))) (count (dense a)) (nth (dense a) 1) (second (dense a)) (nth (dense a) 9 :no))
(prn (get-2d (set-2d (dense a) 0 1 7) 0 1) (get-2d (dense a) 0 1) (set-2d s 0 0 0) (set-2d a 1 1 'x))
(prn (to-nested (long-array [1 2])) (to-nested nil) (to-nested :x) (satisfies? PShape (double-array 1)) (satisfies? PShape (float-array 1)))
(let [sum (volatile! 0.0)] (doarray [x i (double-array [1 2 3])] (vswap! sum + (* x i))) (prn @sum))
(let [xs (double-array [3 1 2]) ys (Arrays/copyOf xs 5)]
  (Arrays/sort xs)
  (prn (vec xs) (vec ys) (Arrays/toString xs) (areduce xs i acc 0.0 (+ acc (aget xs i))) (seq (amap xs i ret (* 2 (aget xs i)))))
  (System/arraycopy xs 0 ys 2 3)
  (Arrays/fill xs 9.0)
  (prn (vec ys) (into [] xs) (alength ys) (Arrays/equals xs (double-array 3 9.0)) (.equals xs (aclone xs))))
(let [grid (make-array Double/TYPE 2 3) table (to-array-2d [[1 2] [3 4]])]
  (aset-double grid 1 2 5.5)
  (aset grid 0 0 1.5)
  (prn (mapv vec grid) (aget table 1 0) (alength (aget table 0)) (map class [grid table (into-array String ["a"]) (byte-array 1) (boolean-array 1)])))
(defn power [m ^long n]
  (cond (= n 1) m (even? n) (recur (mul m m) (quot n 2)) :else (mul m (power m (dec n)))))
(prn (to-nested (power (dense [[1 1] [1 0]]) 40)) (unchecked-add Long/MAX_VALUE 1) (unchecked-multiply-int 65536 65537))
(prn (try (mul "x" 1) (catch IllegalArgumentException e (.getMessage e))) (try (aget (double-array 1) 5) (catch ArrayIndexOutOfBoundsException e (.getMessage e))))
