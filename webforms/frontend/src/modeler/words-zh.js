// Chinese for what bpmn-js-i18n, bpmn-js-i18n-zh and our own groups leave in English.
import general from "bpmn-js-i18n/translations/zn.js";
import * as editor from "bpmn-js-i18n-zh/lib/bpmn-js/index.js";
import * as panel from "bpmn-js-i18n-zh/lib/properties-panel/index.js";
import * as camunda from "bpmn-js-i18n-zh/lib/camunda-properties-panel/index.js";

export default {
  ...general, ...editor.default, ...panel.default, ...camunda.default,
  // our groups and entries
  "Words": "文字", "Name (English)": "英文名称", "Help (Chinese)": "说明（中文）", "Help (English)": "说明（英文）",
  "Button (Chinese)": "提交按钮（中文）", "Button (English)": "提交按钮（英文）",
  "Step of the manual": "手册步骤", "Such as N8, or N14 E12": "例如 N8，或 N14 E12",
  "Form fields": "表单字段", "How it is done": "怎样办理", "Whose lane": "谁的泳道", "The case": "案件",
  "What is carried": "传递的内容", "Results of each run": "每次执行的结果",
  "Not by whoever did": "不得由以下任务的办理人办理", "May be left open": "可以不办", "Nothing waits for it": "流程不等待它",
  "What tells it apart in lists": "列表中用以区分的内容", "A text, or ${expression}": "文字，或 ${表达式}",
  "Ends the cases that this one started": "结束由本案件发起的案件",
  "The group that does the work": "办理的部门", "The next task goes to the same person first": "下一项任务先交给同一人",
  "The case's title": "案件标题", "An expression, such as client_name": "表达式，例如 client_name",
  "Shown in lists and found by searching": "列表中显示、可以搜索的字段", "Names of fields: client_name, industry": "字段名：client_name, industry",
  "Message that cancels a case": "取消案件的消息", "Sent when the case that started it is cancelled": "发起它的案件被取消时发送",
  "Whom it is for (key)": "发给谁（关联键）", "An expression, such as order.no": "表达式，例如 order.no",
  "Kept in the case as": "在案件中存为", "What it brings": "带来的内容", "Names, separated by commas": "名称，用逗号分隔",
  "What is sent": "发送的内容", "An expression: {'no': order.no}": "表达式：{'no': order.no}",
  "Kept for": "保留多久", "Such as P90D: ninety days": "例如 P90D：九十天",
  "If nobody took it by then": "到期无人接收时", "A manager is told": "通知经理", "Nothing": "不处理",
  "List of the results": "结果列表", "What each run gives to it": "每次执行交给它的内容",
  // form fields
  "Label (Chinese)": "名称（中文）", "Label (English)": "名称（英文）", "Type": "类型",
  "Name in the case's data": "在案件数据中的名称",
  "Small English letters, digits and _. Rows of a table: orders[].budget": "小写英文字母、数字和 _。表格的列：orders[].budget",
  "Must be answered": "必填", "Only shown": "只显示，不填写", "Choices": "选项",
  "One a line: id = Chinese = English": "每行一个：编号 = 中文 = 英文",
  "The choices are the buttons of the form": "选项就是表单的提交按钮",
  "Choices from the case": "选项取自案件", "An expression that gives a list": "给出列表的表达式",
  "Only members of the group": "仅限该组成员", "Id of a group": "组的编号",
  "At least": "不小于", "At most": "不大于", "Fewest characters": "最少字数", "Most characters": "最多字数", "Pattern": "格式（正则表达式）",
  "Kinds of files": "文件类型", "Such as .pdf,.docx": "例如 .pdf,.docx", "Several files": "可以多个文件",
  "Filled in at first": "预先填入", "Asked only if": "仅在以下条件成立时询问",
  "An expression, such as amount > 1000": "表达式，例如 amount > 1000",
  "Heading of the table (Chinese)": "表格标题（中文）", "Heading of the table (English)": "表格标题（英文）",
  "Fewest rows": "最少行数", "Most rows": "最多行数", "Rows cannot be added or removed": "不能增减行",
  "Move up": "上移", "Move down": "下移",
  "One line of text": "单行文字", "Several lines of text": "多行文字", "Whole number": "整数", "Number": "数字",
  "Amount of money": "金额", "Yes or no": "是或否", "Day": "日期", "Day and time": "日期和时间",
  "One of a list": "单选", "Any of a list": "多选", "E-mail address": "电子邮箱", "Person": "人员", "Group of people": "部门", "Files": "文件",
  // the simulation
  "Token Simulation": "模拟走一遍", "Toggle Simulation Log": "显示或隐藏记录", "Play/Pause Simulation": "继续或暂停",
  "Pause Simulation": "已暂停", "Play Simulation": "继续", "Reset Simulation": "重新开始", "Finished": "已结束",
  "Found unsupported elements": "有不能模拟的元素", "Not supported": "不能模拟", "Set Sequence Flow": "选择走哪条连线",
  "Remove pause point": "取消停留点", "Add pause point": "设为停留点", "Trigger Event": "触发", "Simulation Log": "模拟记录",
  "No Entries": "还没有记录", "Set animation speed = Slow": "慢速", "Set animation speed = Normal": "正常速度", "Set animation speed = Fast": "快速",
  "Append user task": "追加用户任务", "Create user task": "创建用户任务",
  // the editor's own
  "Collaboration": "整个流程", "Process": "流程", "Participant": "泳池", "Lane": "泳道", "Open minimap": "打开缩略图", "Close minimap": "关闭缩略图", "Assignee": "办理人", "Candidate groups": "候选组",
  "Candidate users": "候选人", "Due date": "截止时间", "Follow up date": "跟进时间", "Priority": "优先级",
  "Create new list item": "新增一项", "Create": "新增", "Toggle section": "展开或收起", "Delete item": "删除",
  "Section contains edits": "此处有内容", "List contains {numOfItems} items": "共 {numOfItems} 项", "List contains {numOfItems} item": "共 {numOfItems} 项",
  "Select an element to edit its properties.": "选择一个元素以编辑其属性。",
  "Select a single element to edit its properties.": "请只选择一个元素以编辑其属性。",
};
