(ns system.core
  "Components with dependencies: started in topological order, stopped in the reverse one."
  (:require [clojure.set :as set]
            [clojure.string :as str]))

(defprotocol Lifecycle
  :extend-via-metadata true
  (start [this])
  (stop [this]))

(extend-protocol Lifecycle
  #?(:clj Object :cljs default)
  (start [this] this)
  (stop [this] this)
  nil
  (start [_] nil)
  (stop [_] nil))

(def ^:dynamic *log* nil)
(defn log! [& xs] (when *log* (swap! *log* conj (vec xs))))

(defn dependencies [component] (::dependencies (meta component) {}))
(defn using [component deps]
  (vary-meta component update ::dependencies (fnil merge {})
             (if (map? deps) deps (zipmap deps deps))))

(defn topo-sort [graph]
  (loop [order [] graph graph]
    (if (empty? graph)
      order
      (let [ready (sort (for [[k ds] graph :when (empty? (set/intersection (set ds) (set (keys graph))))] k))]
        (when (empty? ready)
          (throw (ex-info "Circular dependency" {:reason ::cycle :nodes (set (keys graph))})))
        (recur (into order ready) (apply dissoc graph ready))))))

(defn- graph-of [system]
  (into {} (for [[k c] system] [k (vals (dependencies c))])))

(defn- assoc-deps [component system]
  (reduce-kv (fn [c local global]
               (assoc c local
                      (or (get system global)
                          (throw (ex-info (str "Missing dependency " global " of " (class component))
                                          {:reason ::missing :key global})))))
             component (dependencies component)))

(defn try-action [component system key f]
  (try (f component)
       (catch #?(:clj Throwable :cljs :default) t
         (throw (ex-info (str "Error in component " key) {:reason ::failed :key key :so-far (vec (sort (keys system)))} t)))))

(defn update-system [system ks f]
  (reduce (fn [sys k] (assoc sys k (-> (get sys k) (assoc-deps sys) (try-action sys k f)))) system ks))

(defrecord SystemMap []
  Lifecycle
  (start [this] (update-system this (topo-sort (graph-of this)) start))
  (stop [this] (update-system this (rseq (topo-sort (graph-of this))) stop)))

(defn system-map [& kvs] (map->SystemMap (apply hash-map kvs)))

#?(:clj (defmethod print-method SystemMap [_ ^java.io.Writer w] (.write w "#<SystemMap>")))

(defrecord Database [uri connection]
  Lifecycle
  (start [this] (log! :start :db uri) (if connection this (assoc this :connection (str "conn:" uri))))
  (stop [this] (log! :stop :db) (assoc this :connection nil))
  #?@(:clj [java.io.Closeable (close [this] (stop this) nil)]))

(defrecord Cache [store db]
  Lifecycle
  (start [this] (log! :start :cache (:connection db)) (assoc this :store (atom {})))
  (stop [this] (log! :stop :cache) (dissoc this :store)))

(defrecord Web [handler db cache options]
  Lifecycle
  (start [this] (log! :start :web (some? (:store cache))) this)
  (stop [this] (log! :stop :web) this))

(def sys
  (system-map :db (->Database "mem://x" nil)
              :cache (using (map->Cache {}) [:db])
              :web (using (map->Web {:options {:port 80}}) {:db :db :cache :cache})
              :config {:a 1}
              :plugin (with-meta {} {`start (fn [_] (log! :start :plugin) {:started true})})))

(binding [*log* (atom [])]
  (let [started (start sys)]
    (prn started)
    (println (str/join " " (map (comp name key) (sort-by key started))))
    (prn (-> started :web :db :connection) (get-in started [:web :options]))
    (prn (-> started :cache :store deref))
    (let [stopped (stop started)]
      (prn (instance? Cache (:cache stopped)) (record? (:cache stopped)) (-> stopped :db :connection)))
    (with-open [db (start (->Database "closing" nil))] (prn (:uri db)))
    (prn (:plugin started))
    (run! prn @*log*)))

(defn reason [f]
  (try (f) :ok
       (catch clojure.lang.ExceptionInfo e
         (let [m (Throwable->map e)]
           [(ex-message e) (dissoc (ex-data e) :so-far) (some-> (ex-cause e) ex-message) (count (:via m)) (:cause m)]))))
(prn (reason #(start (system-map :a (using {} [:b]) :b (using {} [:a])))))
(prn (reason #(start (system-map :a (using {} [:zzz])))))
(prn (reason #(start (system-map :a (reify Lifecycle (start [_] (throw (IllegalStateException. "no port"))) (stop [_]))))))
(prn (= (->Database "x" nil) (map->Database {:uri "x"})) (= (->Database "x" nil) {:uri "x" :connection nil})
     (.equals (->Database "x" nil) (->Database "x" nil)) (hash-set (->Database 1 2) (->Database 1 2)))
(prn (into (sorted-map) (->Web 1 2 3 4)) (:options (->Web 1 2 3 4) :none) ((juxt :handler :nope) (->Web 1 2 3 4)))
