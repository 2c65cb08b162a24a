(ns bank.events
  "An event store, aggregates folded from events, projections, snapshots and optimistic locking."
  (:require [clojure.edn :as edn]
            [clojure.string :as string]
            [clojure.pprint :refer [pprint print-table cl-format]])
  (:import #?(:clj (java.util UUID Date))
           #?(:clj (java.io StringReader PushbackReader StringWriter))
           #?(:clj (java.util.concurrent ConcurrentHashMap)
              :cljs (goog.structs Map))))

(derive ::deposited ::money-moved)
(derive ::withdrawn ::money-moved)

(defmulti apply-event "Folds one event into the state." (fn [state {:keys [type]}] type))
(defmethod apply-event :default [state event] (update state :unknown (fnil conj []) (:type event)))
(defmethod apply-event ::opened [_ {:keys [owner id]}] {:id id :owner owner :balance 0M :moves 0})
(defmethod apply-event ::money-moved [state {:keys [amount]}]
  (-> state (update :balance + amount) (update :moves inc)))
(defmethod apply-event ::closed [state _] (assoc state :closed? true))

(defmulti decide (fn [_state command & _] (first command)))
(defmethod decide :open [state [_ id owner]]
  (if (seq state)
    (throw (ex-info "already open" {:type ::conflict :id id}))
    [{:type ::opened :id id :owner owner}]))
(defmethod decide :deposit [state [_ amount]]
  {:pre [(decimal? amount) (pos? amount)]}
  [{:type ::deposited :amount amount}])
(defmethod decide :withdraw [{:keys [balance]} [_ amount]]
  (when (neg? (- balance amount))
    (throw (ex-info "insufficient funds" {:type ::rejected :balance balance :amount amount})))
  [{:type ::withdrawn :amount (- amount)}])
(defmethod decide :close [state _] (when-not (:closed? state) [{:type ::closed} {:type ::archived}]))

(defprotocol EventStore
  (append! [this stream version events])
  (events [this stream] [this stream from]))

(deftype MemoryStore [^:volatile-mutable log ^ConcurrentHashMap listeners]
  EventStore
  (append! [_ stream version new-events]
    (locking listeners
      (let [current (get log stream [])]
        (when (not= version (count current))
          (throw (IllegalStateException. (str "expected version " version " but was " (count current)))))
        (set! log (assoc log stream (into current (map-indexed #(assoc %2 :version (+ version 1 %1))) new-events)))
        (doseq [[_ f] listeners, e new-events] (f stream e))
        (count (log stream)))))
  (events [this stream] (.events this stream 0))
  (events [_ stream from] (subvec (get log stream []) from))
  clojure.lang.Counted
  (count [_] (transduce (map (comp count val)) + log))
  clojure.lang.IDeref
  (deref [_] log))

(defn memory-store [] (MemoryStore. {} (ConcurrentHashMap.)))
(defn subscribe! [^MemoryStore store k f]
  (.put ^ConcurrentHashMap (.-listeners store) k f) store)

(defn replay [store stream] (reduce apply-event nil (events store stream)))
(defn handle! [store stream command]
  (let [past (events store stream)
        state (reduce apply-event nil past)]
    (if-some [new (seq (decide state command))]
      (append! store stream (count past) new)
      :nothing)))

(def totals (atom (sorted-map)))
(def store (subscribe! (memory-store) :totals
                       (fn [stream {:keys [type amount]}]
                         (when (isa? type ::money-moved) (swap! totals update stream (fnil + 0M) amount)))))

(doseq [[stream command] [["a" [:open "a" "Ann"]] ["a" [:deposit 100.50M]] ["b" [:open "b" "Bob"]]
                          ["a" [:withdraw 30M]] ["b" [:deposit 1M]] ["b" [:withdraw 5M]] ["a" [:open "a" "Eve"]]
                          ["a" [:close]] ["a" [:close]] ["a" [:deposit -1M]] ["b" [:fly]]]]
  (println stream (first command) "=>"
           (try (handle! store stream command)
                (catch clojure.lang.ExceptionInfo e [(.getMessage e) (:type (ex-data e))])
                (catch AssertionError e (.getMessage e))
                (catch IllegalArgumentException e (.getMessage e)))))

(prn (replay store "a"))
(prn (replay store "b"))
(prn @totals (count store) (keys @store))
(prn (try (append! store "a" 0 [{:type ::closed}]) (catch IllegalStateException e (.getMessage e))))
(pprint (events store "a" 2))
(print-table [:version :type] (map #(select-keys % [:version :type]) (events store "a")))
(cl-format true "~{~a~^, ~}~%~:d events, ~r~%" (map (comp name :type) (events store "a")) 1234567 42)

(defn save [^MemoryStore s] (with-out-str (binding [*print-namespace-maps* false] (prn @s))))
(defn load-log [text]
  (with-open [r (PushbackReader. (StringReader. text))]
    (edn/read {:eof ::eof :default vector} r)))
(let [text (save store)]
  (prn (= @store (load-log text)) (string/includes? text "100.50M"))
  (prn (load-log "") (load-log "#foo/bar [1 2]")))
(let [id (UUID/fromString "00000000-0000-0001-0000-000000000002")
      at #inst "2020-02-03T04:05:06.789Z"]
  (prn id (instance? Date at) (.getTime ^Date at) (edn/read-string (pr-str {:id id :at at})))
  (prn (= {:id id} (edn/read-string (pr-str {:id id})))))
