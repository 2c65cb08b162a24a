(ns datalog.core
  "A toy Datalog: facts in indexes, rules by naive iteration, queries with find, where, predicates and aggregates."
  (:require [clojure.set :as set]
            [clojure.string :as str]
            #?(:clj [clojure.core.protocols :as p]))
  #?(:clj (:import [clojure.lang IObj ILookup Seqable Counted Associative])))

(defrecord Datom [e a v]
  Comparable
  (compareTo [_ other] (compare [e (str a) (str v)] [(:e other) (str (:a other)) (str (:v other))])))

(defn lvar? [x] (and (symbol? x) (= \? (first (name x)))))

(deftype DB [eav aev ^:unsynchronized-mutable cached mta]
  Counted (count [_] (reduce + (map (comp count val) eav)))
  Seqable (seq [_] (when-not (.isEmpty ^java.util.Map eav) (seq (sort (apply concat (vals eav))))))
  ILookup
  (valAt [this k] (.valAt this k nil))
  (valAt [_ k not-found]
    (if-some [ds (get eav k)]
      (reduce (fn [m {:keys [a v]}] (update m a (fnil conj #{}) v)) (sorted-map) ds)
      not-found))
  IObj
  (meta [_] mta)
  (withMeta [_ m] (DB. eav aev cached m))
  Object
  (toString [this] (str "#DB[" (count this) "]"))
  (equals [_ o] (and (instance? DB o) (= eav (.-eav ^DB o))))
  (hashCode [_] (.hashCode ^Object eav))
  clojure.lang.IReduceInit
  (reduce [this f init] (clojure.core/reduce f init (seq this)))
  java.lang.Iterable
  (iterator [this] (clojure.lang.SeqIterator. (seq this))))

#?(:clj (defmethod print-method DB [db ^java.io.Writer w] (.write w (str db))))

(defn db [] (DB. {} {} nil nil))
(defn add [^DB db [e a v]]
  (let [d (->Datom e a v)]
    (DB. (update (.-eav db) e (fnil conj #{}) d) (update (.-aev db) a (fnil conj #{}) d) nil (meta db))))
(defn transact [db & facts] (reduce add db facts))

(defn unify [env pattern value]
  (cond (= '_ pattern) env
        (lvar? pattern) (if-let [[_ bound] (find env pattern)] (when (= bound value) env) (assoc env pattern value))
        (= pattern value) env))

(defn match [^DB db [e a v] env]
  (let [a' (get env a a)]
    (for [^Datom d (if (lvar? a') (mapcat val (.-aev db)) (get (.-aev db) a'))
          :let [env (some-> env (unify e (.-e d)) (unify a (.-a d)) (unify v (.-v d)))]
          :when env]
      env)))

(def builtins {'> > '< < '= = 'not= not= '+ + 'str str 'starts-with? str/starts-with?})

(defn clause [db env [head :as c]]
  (cond
    (and (seq? c) (= 'not head)) (when (empty? (reduce (fn [envs c] (mapcat #(clause db % c) envs)) [env] (rest c))) [env])
    (and (seq? c) (= 'or head)) (mapcat #(clause db env %) (rest c))
    (seq? head) (let [[[f & args] out] c
                      value (apply (builtins f) (replace env args))]
                  (if out (some-> (unify env out value) list) (when value [env])))
    :else (match db c env)))

(defn q [{:keys [find where in]} db & inputs]
  (let [env (zipmap in inputs)
        envs (reduce (fn [envs c] (mapcat #(clause db % c) envs)) [env] where)
        aggregate? seq?]
    (if (some aggregate? find)
      (let [plain (remove aggregate? find)]
        (set (for [[k group] (group-by (apply juxt identity (map (fn [v] #(get % v)) plain)) (distinct envs))
                   :let [k (rest k)]]
               k))
        (into (sorted-set)
              (for [[k group] (group-by (fn [env] (mapv env plain)) (distinct envs))]
                (loop [fs find, k k, out []]
                  (if-let [[f & fs] (seq fs)]
                    (if (aggregate? f)
                      (recur fs k (conj out (let [[op v] f vs (map #(get % v) group)]
                                              (case op count (count vs), sum (reduce + vs), max (apply max vs), min (apply min vs)))))
                      (recur fs (rest k) (conj out (first k))))
                    out)))))
      (into (sorted-set) (map (fn [env] (mapv env find))) envs))))

(defn infer [db rules]
  (loop [db db n 0]
    (let [new (for [[head & body] rules
                    env (reduce (fn [envs c] (mapcat #(clause db % c) envs)) [{}] body)]
                (replace env head))
          db' (reduce add db new)]
      (if (= (count db') (count db)) (vary-meta db assoc :rounds n) (recur db' (inc n))))))

(def family
  (transact (db)
            [:ann :parent :bea] [:bea :parent :cid] [:cid :parent :dan] [:ann :age 80] [:bea :age 55] [:cid :age 30] [:dan :age 4]
            [:ann :name "Ann"] [:dan :name "Dan"] [:eve :name "Eve"] [:eve :age 30]))

(prn family (count family) (:ann family) (get family :zed :none) (first family))
(prn (q '{:find [?x ?y] :where [[?x :parent ?y]]} family))
(prn (q '{:find [?x] :where [[?x :age ?a] [(> ?a ?min)]] :in [?min]} family 29))
(prn (q '{:find [?b] :where [[?a :parent ?b] (not [?b :name _]) [?a :age ?n] [(+ ?n 1) ?m] [(< ?m 60)]]} family))
(prn (q '{:find [?a (count ?x)] :where [[?x :age ?a]]} family))
(prn (q '{:find [(sum ?a) (max ?a)] :where [[?x :age ?a]]} family))
(prn (q '{:find [?g] :where [(or [:ann :name ?n] [:dan :name ?n]) [(str "Hi " ?n) ?g]]} family))
(let [all (infer family '[[[?x :ancestor ?y] [?x :parent ?y]]
                          [[?x :ancestor ?z] [?x :parent ?y] [?y :ancestor ?z]]])]
  (prn (meta all) (q '{:find [?y] :where [[:ann :ancestor ?y]]} all))
  (prn (= family (transact family [:ann :age 80])) (= family all) (= (hash-map 1 family) {1 (with-meta family {:a 1})}))
  (prn (reduce (fn [n d] (+ n (count (name (:e d))))) 0 all) (count (iterator-seq (.iterator ^Iterable all))))
  (prn (into [] (comp (filter #(= :age (:a %))) (map :v)) all))
  (prn (into #{} (map :a) all) (empty? (seq (db))) (set/join #{{:e 1 :x 2}} #{{:e 1 :y 3}})))
