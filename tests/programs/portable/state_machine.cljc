(ns machines.fsm
  "State machines as data, transitions as multimethods; a compiler from a small DSL by macros."
  (:require [clojure.walk :as walk]
            [clojure.string :as str]
            [clojure.zip :as zip]))

(def hierarchy (-> (make-hierarchy)
                   (derive ::connecting ::busy) (derive ::transferring ::busy)
                   (derive ::idle ::quiet) (derive ::failed ::quiet)))

(defmulti transition (fn [{:keys [state]} [event]] [state event]) :hierarchy #'hierarchy)
(prefer-method transition [::busy ::abort] [::any ::abort])

(defmethod transition :default [m [event :as e]]
  (throw (ex-info (str "No transition " event " in " (:state m)) {:machine m :event e})))
(defmethod transition [::idle ::connect] [m [_ host]] (assoc m :state ::connecting :host host))
(defmethod transition [::connecting ::connected] [m _] (assoc m :state ::transferring :bytes 0))
(defmethod transition [::transferring ::data] [m [_ n]] (update m :bytes + n))
(defmethod transition [::busy ::abort] [m [_ why]] (assoc m :state ::failed :why why))
(defmethod transition [::quiet ::reset] [m _] {:state ::idle})

(defn run [m events] (reductions transition m events))
(run! prn (run {:state ::idle} [[::connect "h"] [::connected] [::data 10] [::data 5] [::abort :timeout] [::reset]]))
(prn (try (doall (run {:state ::idle} [[::data 1]]))
          (catch clojure.lang.ExceptionInfo e [(ex-message e) (-> e ex-data :event)])))

(defmacro defmachine
  "(defmachine name (state (event -> target action...) ...) ...)"
  [name & clauses]
  (let [table (into {} (for [[state & ts] clauses]
                         [(keyword state)
                          (into {} (for [[event arrow target & actions] ts]
                                     (do (assert (= '-> arrow) (str "expected -> in " (pr-str clauses)))
                                         [(keyword event) {:target (keyword target)
                                                           :action `(fn [~'ctx ~'event] (-> ~'ctx ~@actions))}])))]))
        targets (set (for [[_ es] table, [_ {:keys [target]}] es] target))]
    (when-let [missing (seq (remove table targets))]
      (throw (IllegalArgumentException. (str "undefined states: " (vec missing)))))
    `(def ~(vary-meta name assoc :states (vec (sort (keys table))))
       {:initial ~(keyword (ffirst clauses)) :table ~table})))

(defmachine turnstile
  (locked (coin -> unlocked (update :coins (fnil inc 0)))
          (push -> locked (update :refused (fnil inc 0))))
  (unlocked (push -> locked (assoc :last event))
            (coin -> unlocked (update :coins inc))))

(defn step [{:keys [table]} {:keys [state] :as ctx} event]
  (if-let [{:keys [target action]} (get-in table [state event])]
    (-> (action ctx event) (assoc :state target))
    (reduced (assoc ctx :error [state event]))))
(prn (reduce (partial step turnstile) {:state (:initial turnstile)} [:push :coin :coin :push :push]))
(prn (reduce (partial step turnstile) {:state :locked} [:coin :kick :push]))
(prn (:states (meta #'turnstile)) (-> turnstile :table keys sort))

(defn dot [{:keys [table]}]
  (str/join "\n" (sort (for [[from es] table [event {to :target}] es]
                         (format "  %-10s -> %-10s [label=\"%s\"];" (name from) (name to) (name event))))))
(println (dot turnstile))

(defn reachable [{:keys [table initial]}]
  (loop [seen #{} todo (conj clojure.lang.PersistentQueue/EMPTY initial)]
    (if-let [s (peek todo)]
      (recur (conj seen s) (into (pop todo) (comp (map :target) (remove seen) (distinct)) (vals (table s))))
      seen)))
(prn (sort (reachable turnstile)))

(def doc [:div {:a 1} [:p "x" [:b "bold"]] [:p "y"]])
(prn (walk/postwalk #(if (and (map-entry? %) (number? (val %))) [(key %) (inc (val %))] %) doc))
(prn (walk/prewalk-replace {:p :span "y" [:i "z"]} doc))
(loop [loc (zip/vector-zip doc)]
  (if (zip/end? loc)
    (prn (zip/root loc))
    (recur (zip/next (if (string? (zip/node loc)) (zip/edit loc str/upper-case) loc)))))

(defmulti area (fn [shape & _] (class shape)))
(defrecord Circle [r]) (defrecord Square [a])
(defmethod area Circle [{:keys [r]}] (* 3 r r))
(defmethod area Square [{:keys [a]}] (* a a))
(defmethod area clojure.lang.IPersistentVector [shapes & {:keys [scale] :or {scale 1}}] (* scale (reduce + (map area shapes))))
(defmethod area Number [n] n)
(defmethod area nil [_] 0)
(prn (area [(->Circle 2) (->Square 3) 4 nil 1/2] :scale 10) (count (methods area)))
(prn (try (area "x") (catch IllegalArgumentException e (.getMessage e))))
